package relay.server.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import relay.core.address.Domain;
import relay.core.delivery.StsControl;
import relay.core.delivery.StsControl.KeptPolicy;
import relay.core.event.RelayEvent.StsFetch;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What `/api/v1/sts` answers: the MTA-STS policies that are kept. Any thread; a refresh blocks for
/// 20 seconds at most, and what has not ended by then goes on by itself.
final class StsApi {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MAX_DOMAINS = 100;
    private static final String ONE_OF = "say one of domains, all";

    private final StsControl sts;
    private final Duration patience;

    StsApi(StsControl sts) {
        this(sts, PATIENCE);
    }

    StsApi(StsControl sts, Duration patience) {
        this.sts = sts;
        this.patience = patience;
    }

    /// `GET /api/v1/sts`: the policies of `domains`, or all where none is named.
    Answer list(List<String> domains) {
        for (String domain : domains) {
            if (Domain.parse(domain).isPresent()) continue;
            return Answer.error(Answer.BAD_REQUEST, "not a domain: " + domain);
        }
        ObjectNode body = QueueJson.object();
        var policies = body.putArray("policies");
        sts.kept().stream()
                .filter(kept -> domains.isEmpty() || domains.contains(kept.domain().name()))
                .map(StsApi::json)
                .forEach(policies::add);
        return Answer.ok(body);
    }

    /// `POST /api/v1/sts/refresh`: fetches the named policies, or all that are kept, at most 100.
    Answer refresh(String body) {
        return named(body, this::refresh);
    }

    /// `POST /api/v1/sts/purge`: forgets the named policies, or all.
    Answer purge(String body) {
        return named(
                body,
                domains -> {
                    ObjectNode answer = QueueJson.object();
                    var purged = answer.putArray("purged");
                    sts.purge(domains).forEach(domain -> purged.add(domain.name()));
                    return Answer.ok(answer);
                });
    }

    private Answer refresh(List<Domain> domains) {
        if (domains.size() > MAX_DOMAINS) {
            return Answer.error(
                    Answer.BAD_REQUEST,
                    domains.size() + " policies are too many at once; name at most " + MAX_DOMAINS);
        }
        var outcomes = new ConcurrentHashMap<Domain, StsFetch>();
        var ended = new CountDownLatch(domains.size());
        for (Domain domain : domains) {
            Thread.ofVirtual()
                    .name("mta-sts-command")
                    .start(() -> {
                        try {
                            outcomes.put(domain, sts.refresh(domain));
                        } finally {
                            ended.countDown();
                        }
                    });
        }
        awaitPatiently(ended);
        ObjectNode answer = QueueJson.object();
        var fetches = answer.putArray("fetches");
        for (Domain domain : domains) {
            ObjectNode one = fetches.addObject().put("domain", domain.name());
            Optional.ofNullable(outcomes.get(domain))
                    .ifPresentOrElse(
                            fetch ->
                                    one.put("result", fetch.result().label())
                                            .put("detail", fetch.detail()),
                            () -> one.put("result", "pending").put("detail", "the log will tell"));
        }
        return Answer.ok(answer);
    }

    private void awaitPatiently(CountDownLatch ended) {
        try {
            var _ = ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Answer named(String text, Function<List<Domain>, Answer> change) {
        JsonNode body;
        try {
            body = JSON.readTree(text);
        } catch (JacksonException malformed) {
            return wrong("the body is not JSON: " + malformed.getOriginalMessage());
        }
        if (!body.isObject() || body.size() != 1) return wrong(ONE_OF);
        if (body.path("all").isBoolean() && body.path("all").booleanValue()) {
            return change.apply(sts.kept().stream().map(KeptPolicy::domain).toList());
        }
        JsonNode names = body.path("domains");
        if (!names.isArray() || names.isEmpty()) return wrong(ONE_OF);
        var domains = new LinkedHashSet<Domain>();
        for (JsonNode name : names.values()) {
            Optional<Domain> domain =
                    Domain.parse(name.asString("")).filter(found -> !found.isAddressLiteral());
            if (domain.isEmpty()) return wrong("not a domain: " + name.asString(""));
            domains.add(domain.get());
        }
        return change.apply(new ArrayList<>(domains));
    }

    private static Answer wrong(String why) {
        return Answer.error(Answer.BAD_REQUEST, why);
    }

    private static ObjectNode json(KeptPolicy kept) {
        ObjectNode json = QueueJson.object();
        json.put("domain", kept.domain().name());
        json.put("mode", kept.policy().mode().label());
        var mx = json.putArray("mx");
        kept.policy().mx().forEach(mx::add);
        json.put("id", kept.id());
        json.put("fetched", kept.fetchedAt().toString());
        json.put("expires", kept.expiresAt().toString());
        return json;
    }
}
