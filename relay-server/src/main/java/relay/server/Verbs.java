package relay.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.config.Configuration;
import relay.config.ConfigurationError;
import relay.config.ConfigurationReader;
import relay.config.ConfigurationResult;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.delivery.Explain;
import relay.core.delivery.Explanation;
import relay.core.queue.Envelope;
import relay.core.routing.MailSource;
import relay.core.routing.ReceiveConnector;
import relay.server.admin.AdminToken;
import relay.server.cli.Actions;
import relay.server.cli.Problem;
import relay.server.store.QueueCheck;
import relay.server.sts.StsFolder;
import relay.server.telemetry.ConsoleLog;
import relay.server.tracking.Inquiry;

/// What the verbs of the command do: read the configuration, then run or answer.
final class Verbs {
    private static final Logger LOG = LoggerFactory.getLogger("relay");
    private final ConfigurationReader reader = new ConfigurationReader();

    static String version() {
        String version = Verbs.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    List<Problem> serve(Path conf) {
        return switch (read(conf)) {
            case ConfigurationResult.Refused(var errors) -> problems(errors);
            case ConfigurationResult.Accepted(var configuration) -> run(conf, configuration);
        };
    }

    List<Problem> check(Path conf) {
        return switch (read(conf)) {
            case ConfigurationResult.Refused(var errors) -> problems(errors);
            case ConfigurationResult.Accepted(var configuration) -> {
                configuration.notes().forEach(note -> System.err.println(note));
                yield List.of();
            }
        };
    }

    Actions.CheckedQueue checkQueue(Path conf, Actions.Repair repair, Consumer<String> out) {
        return switch (read(conf)) {
            case ConfigurationResult.Refused(var errors) ->
                    new Actions.CheckedQueue.BadConfiguration(problems(errors));
            case ConfigurationResult.Accepted(var configuration) -> {
                var wish = QueueCheck.Repair.valueOf(repair.name());
                try {
                    yield QueueCheck.run(configuration.dataFolder(), wish, out)
                            ? new Actions.CheckedQueue.Sound()
                            : new Actions.CheckedQueue.Damaged();
                } catch (RuntimeException e) {
                    yield new Actions.CheckedQueue.Failed(String.valueOf(e.getMessage()));
                }
            }
        };
    }

    Actions.AdminPlace locateAdmin(Path conf) {
        return switch (read(conf)) {
            case ConfigurationResult.Refused(var errors) ->
                    new Actions.AdminPlace.BadConfiguration(problems(errors));
            case ConfigurationResult.Accepted(var configuration) ->
                    new Actions.AdminPlace.At(
                            configuration.adminListen(),
                            configuration.dataFolder().resolve(AdminToken.FILE));
        };
    }

    Actions.Explanation explain(
            Path conf, String recipient, Optional<String> sender, Optional<String> via) {
        for (String address : sender.stream().filter(s -> !s.isEmpty()).toList()) {
            if (domain(address).isEmpty()) return notAnAddress(address);
        }
        Optional<Domain> domain = domain(recipient);
        if (domain.isEmpty()) return notAnAddress(recipient);
        return switch (read(conf)) {
            case ConfigurationResult.Refused(var errors) ->
                    new Actions.Explanation.BadConfiguration(problems(errors));
            case ConfigurationResult.Accepted(var configuration) ->
                    noSuchConnector(configuration, via)
                            .<Actions.Explanation>map(Actions.Explanation.BadQuestion::new)
                            .orElseGet(() ->
                                    new Actions.Explanation.Explained(
                                            Facts.of(
                                                    explain(
                                                            configuration,
                                                            domain.get(),
                                                            source(sender, via)))));
        };
    }

    private static Explanation explain(
            Configuration configuration, Domain domain, MailSource source) {
        Instant now = Instant.now();
        return Explain.domain(
                domain,
                source,
                configuration.policyTable(now),
                StsFolder.in(configuration.dataFolder()).at(now));
    }

    private static MailSource source(Optional<String> sender, Optional<String> via) {
        ReversePath from =
                sender.flatMap(Verbs::domain)
                        .<ReversePath>map(d -> new ReversePath.Sender(new Mailbox("sender", d)))
                        .orElseGet(ReversePath.Null::new);
        return new MailSource(via.orElse(MailSource.UNKNOWN.receiveConnector()), from);
    }

    private static Optional<String> noSuchConnector(
            Configuration configuration, Optional<String> via) {
        List<String> names =
                Stream.concat(
                                configuration.receiveConnectors().stream()
                                        .map(ReceiveConnector::name),
                                Stream.of(Envelope.OWN_NOTICE))
                        .toList();
        return via.filter(name -> !names.contains(name))
                .map(name ->
                        "no receive connector is called "
                                + name
                                + " (there are "
                                + String.join(", ", names)
                                + ")");
    }

    Actions.Tracked track(
            Path conf, Actions.TrackRequest request, Consumer<String> out, Consumer<String> notes) {
        return switch (read(conf)) {
            case ConfigurationResult.Refused(var errors) ->
                    new Actions.Tracked.BadConfiguration(problems(errors));
            case ConfigurationResult.Accepted(var configuration) ->
                    Tracks.answer(new Inquiry(configuration.dataFolder(), out, notes), request);
        };
    }

    Actions.Verified verifyTls(Path conf, String partner) {
        Optional<Domain> domain = domain(partner);
        if (domain.isEmpty()) return new Actions.Verified.BadDomain("not a domain: " + partner);
        return switch (read(conf)) {
            case ConfigurationResult.Refused(var errors) ->
                    new Actions.Verified.BadConfiguration(problems(errors));
            case ConfigurationResult.Accepted(var configuration) ->
                    TlsLook.at(domain.get(), configuration);
        };
    }

    List<Problem> demo(PrintWriter out) {
        ConsoleLog.mute();
        try {
            if (new Demo(out).run()) return List.of();
            return List.of(
                    problem("some messages were not heard of in time; is the machine busy?"));
        } catch (IOException | RuntimeException e) {
            return List.of(problem("the demo cannot run: " + e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private static Problem problem(String what) {
        return new Problem("", 0, 0, what, "");
    }

    private static Actions.Explanation notAnAddress(String text) {
        return new Actions.Explanation.BadQuestion("not a mail address: " + text);
    }

    /// The domain of an address; a bare domain is taken as well.
    private static Optional<Domain> domain(String address) {
        return Domain.parse(address.substring(address.lastIndexOf('@') + 1));
    }

    private List<Problem> run(Path conf, Configuration configuration) {
        configuration.notes().forEach(note -> LOG.warn("{}", note));
        var ended = new CountDownLatch(1);
        try (Relay relay = Relay.start(configuration, _ -> {})) {
            Signals.on("HUP", () -> reload(relay, conf));
            Signals.on("TERM", ended::countDown);
            Signals.on("INT", ended::countDown);
            ended.await();
            return List.of();
        } catch (IOException | RuntimeException e) {
            LOG.debug("not started", e);
            return List.of(problem(String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private void reload(Relay relay, Path conf) {
        switch (read(conf)) {
            case ConfigurationResult.Refused(var errors) -> {
                errors.forEach(error -> LOG.error("{}", error));
                LOG.error("configuration not reloaded; the old one stays in force");
            }
            case ConfigurationResult.Accepted(var configuration) -> {
                configuration.notes().forEach(note -> LOG.warn("{}", note));
                try {
                    relay.reload(configuration);
                } catch (IOException | RuntimeException e) {
                    LOG.error(
                            "configuration not reloaded; the old one stays in force: {}",
                            e.getMessage());
                }
            }
        }
    }

    private ConfigurationResult read(Path conf) {
        return reader.read(conf, System.getenv());
    }

    private static List<Problem> problems(List<ConfigurationError> errors) {
        return errors.stream().map(Verbs::problem).toList();
    }

    private static Problem problem(ConfigurationError error) {
        return new Problem(
                error.place().file().toString(),
                error.place().line(),
                error.place().column(),
                error.what(),
                error.hint());
    }
}
