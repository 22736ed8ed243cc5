package relay.server.cli;

import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What the verbs have others do. `version` is what `relay --version` prints.
///
/// All of it is called on the main thread. `conf` is always the folder of `--conf`.
public record Actions(
        Serve serve,
        Check check,
        CheckQueue checkQueue,
        Explain explain,
        LocateAdmin locateAdmin,
        Track track,
        VerifyTls verifyTls,
        Demo demo,
        String version) {

    /// Runs the relay until it is told to stop. Returns what kept it from starting; empty once it
    /// has run and stopped in good order.
    public interface Serve {
        List<Problem> serve(Path conf);
    }

    /// Reads the configuration as [Serve] would; empty where nothing is wrong with it.
    public interface Check {
        List<Problem> check(Path conf);
    }

    /// Looks at every octet of the queue, a line of `out` for each thing found, and mends what can be
    /// where `repair` says so.
    public interface CheckQueue {
        CheckedQueue check(Path conf, Repair repair, Consumer<String> out);
    }

    public enum Repair {
        NO,
        YES
    }

    /// Answers how mail for `recipient`, from `sender` and by the receive connector `via` where they
    /// are given, would leave now.
    public interface Explain {
        Explanation explain(
                Path conf, String recipient, Optional<String> sender, Optional<String> via);
    }

    /// Answers from the message tracking log, line by line to `out`; what else is to be said goes to
    /// `notes`. The lines may hold strangers' texts.
    public interface Track {
        Tracked track(
                Path conf, TrackRequest request, Consumer<String> out, Consumer<String> notes);
    }

    /// Looks at the TLS of a partner's hosts, as a delivery would; `domain` is a domain or an address.
    public interface VerifyTls {
        Verified verify(Path conf, String domain);
    }

    /// Shows the product on this machine, on `out`. Returns what kept it from doing so.
    public interface Demo {
        List<Problem> demo(PrintWriter out);
    }

    /// Tells where the running relay's admin port is, from the configuration alone.
    public interface LocateAdmin {
        AdminPlace locate(Path conf);
    }

    /// How mail for one recipient leaves, or why that cannot be said.
    public sealed interface Explanation {

        /// The decision, fact after fact.
        record Explained(List<Fact> facts) implements Explanation {
            public Explained {
                facts = List.copyOf(facts);
            }
        }

        /// The recipient or the sender is no mail address, or there is no such receive connector.
        record BadQuestion(String why) implements Explanation {}

        record BadConfiguration(List<Problem> problems) implements Explanation {
            public BadConfiguration {
                problems = List.copyOf(problems);
            }
        }
    }

    /// One line of an explanation: `name` such as `connector` or `tls`, its value, and the line of
    /// the configuration that says so (`connectors.yaml:12`), or an empty `origin`.
    public record Fact(String name, String value, String origin) {}

    /// What is asked of the tracking log: records from `start` until before `end`; every other part
    /// is empty where it does not matter. `recipient` is an address or a domain.
    public record TrackRequest(
            Instant start,
            Instant end,
            String event,
            String sender,
            String recipient,
            String connector,
            String id,
            TrackForm form) {}

    /// How the answer looks.
    public enum TrackForm {
        RECORDS,
        JSON_RECORDS,
        PROOF,
        CSV_PROOF,
        JSON_PROOF
    }

    /// What came of asking the tracking log.
    public sealed interface Tracked {
        /// Everything that is there was printed.
        record Complete() implements Tracked {}

        /// So was everything that can be read; `places` cannot, and the notes named them.
        record Damaged(long places) implements Tracked {}

        /// The request means nothing.
        record BadRequest(String why) implements Tracked {}

        /// The log cannot be read at all.
        record Failed(String why) implements Tracked {}

        record BadConfiguration(List<Problem> problems) implements Tracked {
            public BadConfiguration {
                problems = List.copyOf(problems);
            }
        }
    }

    /// What came of looking at a partner's TLS.
    public sealed interface Verified {
        record Looked(TlsReport report) implements Verified {}

        /// It is no domain.
        record BadDomain(String why) implements Verified {}

        /// Nobody could be looked at.
        record Failed(String why) implements Verified {}

        record BadConfiguration(List<Problem> problems) implements Verified {
            public BadConfiguration {
                problems = List.copyOf(problems);
            }
        }
    }

    /// What came of looking at the queue.
    public sealed interface CheckedQueue {
        record Sound() implements CheckedQueue {}

        /// What is damaged was printed.
        record Damaged() implements CheckedQueue {}

        /// The queue cannot be looked at.
        record Failed(String why) implements CheckedQueue {}

        record BadConfiguration(List<Problem> problems) implements CheckedQueue {
            public BadConfiguration {
                problems = List.copyOf(problems);
            }
        }
    }

    /// The admin port of the configuration.
    public sealed interface AdminPlace {
        /// `listen` as configured; the wildcard address stands for this machine. `tokenFile` holds
        /// what a change must show.
        record At(InetSocketAddress listen, Path tokenFile) implements AdminPlace {}

        record BadConfiguration(List<Problem> problems) implements AdminPlace {
            public BadConfiguration {
                problems = List.copyOf(problems);
            }
        }
    }
}
