package relay.server.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.slf4j.event.Level;
import relay.core.address.Mailbox;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.Bounced;
import relay.core.event.RelayEvent.Deferred;
import relay.core.event.RelayEvent.Delivered;
import relay.core.event.RelayEvent.DemandsUnmet;
import relay.core.event.RelayEvent.LaneFailed;
import relay.core.event.RelayEvent.Received;
import relay.core.queue.Diagnostic;
import relay.core.queue.Envelope;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.tls.Evidence;
import relay.core.tls.PolicyVerdict;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet;

/// Words for every [RelayEvent]: its line and its level. Pure. docs/monitoring.md is the
/// reference of the keys; Postfix's words stand wherever Postfix has one.
final class EventLines {
    private static final String HIDDEN =
            "clients seem to come by address translation (a container network?), so that whoever can"
                    + " reach the gateway is let in; use the host's network, or proxyProtocol";

    private EventLines() {}

    static Level level(RelayEvent event) {
        return switch (event) {
            case RelayEvent.Fault _ -> Level.ERROR;
            case LaneFailed _,
                    DemandsUnmet _,
                    RelayEvent.ClientsHidden _,
                    RelayEvent.TlsDowngraded _,
                    RelayEvent.TestedPolicyUnmet _ ->
                    Level.WARN;
            case RelayEvent.ProbeTurned(_, var verdict, _) ->
                    verdict == PolicyVerdict.MET ? Level.INFO : Level.WARN;
            case RelayEvent.StsFetch fetch ->
                    fetch.result() == RelayEvent.StsFetch.Result.FETCHED ? Level.INFO : Level.WARN;
            case Deferred deferred -> level(deferred.why());
            case Bounced bounced -> level(bounced.why());
            case RelayEvent.Held held -> held.why().isEmpty() ? Level.INFO : Level.WARN;
            case Received _,
                    RelayEvent.Replayed _,
                    RelayEvent.Refused _,
                    Delivered _,
                    RelayEvent.Removed _,
                    RelayEvent.Released _,
                    RelayEvent.Redirected _,
                    RelayEvent.FailedOver _,
                    RelayEvent.FailedBack _,
                    RelayEvent.DelayWarned _,
                    RelayEvent.SuccessTold _,
                    RelayEvent.PlaintextFallback _,
                    RelayEvent.Rejected _,
                    RelayEvent.LimitReached _ ->
                    Level.INFO;
            // Two more lines for each message would say nothing that the others do not.
            case RelayEvent.Connection _ -> Level.DEBUG;
        };
    }

    private static Level level(Diagnostic why) {
        boolean tls = why.reason() == Diagnostic.Reason.TLS || !why.demands().isEmpty();
        return tls ? Level.WARN : Level.INFO;
    }

    static String line(RelayEvent event) {
        return switch (event) {
            case Received received -> received(received);
            case RelayEvent.Replayed(var message, var file) ->
                    accepted(message).with("file", file).with("status", "replayed").toString();
            case Delivered delivered -> delivered(delivered);
            case Deferred deferred -> deferred(deferred);
            case Bounced bounced -> bounced(bounced);
            case LaneFailed failed -> laneFailed(failed);
            case DemandsUnmet(var lane, var host, var unmet) ->
                    unmet(lane, host, "tls-failed", unmet);
            case RelayEvent.TestedPolicyUnmet(var lane, var host, var unmet) ->
                    unmet(lane, host, "tls-test-failed", unmet);
            case RelayEvent.StsFetch fetch -> fetch(fetch);
            case RelayEvent.Refused refused -> refused(refused);
            case RelayEvent.Held(var entry, var why) ->
                    why(entry(entry).with("status", "held"), why).toString();
            case RelayEvent.Removed(var entry) -> ordered(entry, "removed").toString();
            case RelayEvent.Released(var entry) -> ordered(entry, "released").toString();
            case RelayEvent.Redirected(var entry, var connector) ->
                    ordered(entry, "redirected").with("by", connector).toString();
            case RelayEvent.FailedOver(var entry, var to, var lane, var why) ->
                    why(moved(entry, to, lane, "failed-over"), why).toString();
            case RelayEvent.FailedBack(var entry, var to, var lane) ->
                    moved(entry, to, lane, "failed-back").toString();
            case RelayEvent.DelayWarned(var entry, var notice) ->
                    ordered(entry, "delay-warned").with("notice", notice.id()).toString();
            case RelayEvent.SuccessTold told -> told(told);
            case RelayEvent.PlaintextFallback(var lane, var host, var why) ->
                    inClear(lane, host)
                            .with("status", "plaintext-fallback")
                            .with("why", why)
                            .toString();
            case RelayEvent.TlsDowngraded(var lane, var host, var last, var why) ->
                    inClear(lane, host)
                            .with("before", last)
                            .with("status", "tls-downgraded")
                            .with("why", why)
                            .toString();
            case RelayEvent.ProbeTurned turned -> turned(turned);
            case RelayEvent.Connection connection -> connection(connection);
            case RelayEvent.Rejected(var client, var greeting) ->
                    new LogLine()
                            .with("client", client.getHostAddress())
                            .with("dsn", greeting.status())
                            .with("status", "rejected")
                            .with("reply", greeting)
                            .toString();
            case RelayEvent.LimitReached limited -> limited(limited);
            case RelayEvent.ClientsHidden hidden -> hidden(hidden);
            case RelayEvent.Fault(var what, var detail) ->
                    new LogLine()
                            .with("status", "fault")
                            .with("what", what)
                            .with("detail", detail)
                            .toString();
        };
    }

    private static String refused(RelayEvent.Refused refused) {
        return new LogLine()
                .with("client", refused.client().getHostAddress())
                .with("connector", refused.receiveConnector())
                .with("dsn", refused.reply().status())
                .with("status", "refused")
                .with("reply", refused.reply())
                .toString();
    }

    private static String connection(RelayEvent.Connection connection) {
        return new LogLine()
                .with("peer", connection.peer())
                .with("direction", connection.direction().label())
                .with("status", changed(connection.change()))
                .toString();
    }

    private static String hidden(RelayEvent.ClientsHidden hidden) {
        return new LogLine()
                .with("client", hidden.gateway().getHostAddress())
                .with("names", hidden.names())
                .with("status", "clients-hidden")
                .with("why", HIDDEN)
                .toString();
    }

    private static String limited(RelayEvent.LimitReached limited) {
        return new LogLine()
                .with("client", limited.client().getHostAddress())
                .with("connector", limited.receiveConnector())
                .with("limit", limited.limit().label())
                .with("dsn", limited.reply().status())
                .with("status", "limited")
                .with("reply", limited.reply())
                .toString();
    }

    private static LogLine ordered(QueueEntry entry, String status) {
        return entry(entry).with("status", status);
    }

    private static LogLine moved(QueueEntry entry, List<Mailbox> to, Lane lane, String status) {
        return message(entry, to)
                .with("lane", entry.lane())
                .with("status", status)
                .with("by", lane.connector());
    }

    private static LogLine inClear(Lane lane, String host) {
        return new LogLine().with("lane", lane).with("relay", host).with("tls", "none");
    }

    private static String told(RelayEvent.SuccessTold told) {
        return message(told.entry(), told.recipients())
                .with("lane", told.entry().lane())
                .with("status", "success-told")
                .with("notice", told.notice().id())
                .toString();
    }

    private static LogLine accepted(QueuedMessage message) {
        Envelope envelope = message.envelope();
        List<QueueEntry> entries = message.entries();
        return new LogLine()
                .with("queue", envelope.id())
                .with("from", "<" + envelope.sender() + ">")
                .addresses("to", recipients(entries))
                .with("size", envelope.sizeBytes())
                .with("client", envelope.client().getHostAddress())
                .with("connector", envelope.receiveConnector())
                .with("lanes", lanes(entries));
    }

    private static String received(Received received) {
        LogLine line = accepted(received.message());
        if (!received.username().isEmpty()) line.with("user", received.username());
        TlsKeys.add(line, received.tls());
        if (received.tls() instanceof Evidence.Encrypted encrypted) {
            encrypted.identity().ifPresent(name -> line.with("identity", name));
        }
        return line.with("status", "received").toString();
    }

    private static String delivered(Delivered delivered) {
        QueueEntry entry = delivered.entry();
        TlsProof proof = delivered.proof();
        var line =
                message(entry, delivered.recipients())
                        .with("relay", proof.host())
                        .with("lane", entry.lane());
        TlsKeys.add(line, proof.evidence());
        return line.with("verified", TlsKeys.verified(proof.demands()))
                .with("demands", proof.demands().isEmpty() ? "none" : joined(proof.demands()))
                .with("delay", seconds(entry.envelope().acceptedAt(), delivered.at()))
                .with("attempts", entry.attempts())
                .with("dsn", delivered.reply().status())
                .with("status", "sent")
                .with("reply", delivered.reply())
                .toString();
    }

    private static String deferred(Deferred deferred) {
        QueueEntry entry = deferred.entry();
        var line =
                message(entry, deferred.recipients())
                        .with("relay", host(deferred.why()))
                        .with("lane", entry.lane())
                        .with("attempts", entry.attempts())
                        .with("next", deferred.nextAttempt())
                        .with("dsn", deferred.why().status())
                        .with("status", "deferred");
        why(line, deferred.why());
        return switch (deferred.certainty()) {
            case NOT_DELIVERED -> line.toString();
            case POSSIBLY_DELIVERED -> line.with("duplicate", "possible").toString();
        };
    }

    private static String bounced(Bounced bounced) {
        QueueEntry entry = bounced.entry();
        String notice = bounced.notice().isEmpty() ? "none" : joined(ids(bounced));
        var line =
                message(entry, bounced.recipients())
                        .with("relay", host(bounced.why()))
                        .with("lane", entry.lane())
                        .with("attempts", entry.attempts())
                        .with("dsn", bounced.why().status())
                        .with("status", "bounced");
        return why(line, bounced.why()).with("notice", notice).toString();
    }

    private static String laneFailed(LaneFailed failed) {
        var line =
                new LogLine()
                        .with("lane", failed.lane())
                        .with("relay", host(failed.why()))
                        .with("waiting", failed.waiting())
                        .with("next", failed.retryAt())
                        .with("dsn", failed.why().status())
                        .with("status", "lane-failed");
        return why(line, failed.why()).toString();
    }

    private static String fetch(RelayEvent.StsFetch fetch) {
        return new LogLine()
                .with("domain", fetch.domain())
                .with("status", "mta-sts-" + fetch.result().label())
                .with("detail", fetch.detail())
                .toString();
    }

    private static String unmet(Lane lane, String host, String status, List<Unmet> unmet) {
        return new LogLine()
                .with("lane", lane)
                .with("relay", host)
                .with("status", status)
                .with("reason", reasons(unmet))
                .with("unmet", joined(unmet))
                .toString();
    }

    private static String turned(RelayEvent.ProbeTurned turned) {
        var line =
                new LogLine()
                        .with("domain", turned.entry())
                        .with("verdict", turned.verdict().label())
                        .with("status", "probe");
        if (!turned.why().isEmpty()) line.with("why", turned.why());
        return line.toString();
    }

    private static LogLine entry(QueueEntry entry) {
        return message(entry, entry.recipients()).with("lane", entry.lane());
    }

    private static LogLine message(QueueEntry entry, List<Mailbox> recipients) {
        return new LogLine().with("queue", entry.id()).addresses("to", recipients);
    }

    private static LogLine why(LogLine line, List<Diagnostic> why) {
        why.forEach(diagnostic -> why(line, diagnostic));
        return line;
    }

    private static LogLine why(LogLine line, Diagnostic why) {
        line.with("reason", why.reason().label()).with("why", why.text());
        if (!why.demands().isEmpty()) line.with("unmet", joined(why.demands()));
        if (!why.remoteReply().isEmpty()) line.with("reply", why.remoteReply());
        return line;
    }

    private static String changed(RelayEvent.Connection.Change change) {
        return switch (change) {
            case OPENED -> "connected";
            case CLOSED -> "disconnected";
        };
    }

    private static String host(Diagnostic why) {
        return why.host().isEmpty() ? "none" : why.host();
    }

    private static List<?> ids(Bounced bounced) {
        return bounced.notice().stream().map(notice -> notice.id()).toList();
    }

    private static String reasons(List<Unmet> unmet) {
        return unmet.stream()
                .map(one -> one.shortfall().label())
                .distinct()
                .collect(Collectors.joining(","));
    }

    private static String joined(List<?> parts) {
        return parts.stream().map(Object::toString).collect(Collectors.joining("; "));
    }

    private static List<Mailbox> recipients(List<QueueEntry> entries) {
        List<Mailbox> recipients = new ArrayList<>();
        for (QueueEntry entry : entries) recipients.addAll(entry.recipients());
        return recipients;
    }

    private static String lanes(List<QueueEntry> entries) {
        var lanes = new StringJoiner(",");
        for (QueueEntry entry : entries) lanes.add(entry.lane().toString());
        return lanes.toString();
    }

    private static String seconds(Instant from, Instant to) {
        long millis = Math.max(0, Duration.between(from, to).toMillis());
        return millis / 1000 + "." + String.valueOf(1000 + millis % 1000).substring(1);
    }
}
