package relay.server.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import relay.core.address.Mailbox;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.Bounced;
import relay.core.event.RelayEvent.Deferred;
import relay.core.event.RelayEvent.Deferred.Certainty;
import relay.core.event.RelayEvent.Delivered;
import relay.core.event.RelayEvent.LaneFailed;
import relay.core.event.RelayEvent.Received;
import relay.core.queue.Diagnostic;
import relay.core.queue.Envelope;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import tools.jackson.core.JsonGenerator;

/// Makes the lines of the log, JSON in ASCII, each with its line end: docs/tracking.md is the
/// reference of the fields. Events have Exchange's words wherever Exchange has one. Confined to one
/// thread.
final class RecordLines implements LogLines<Heard> {
    /// A record has at most so many recipients; more make more records, so that no line is endless.
    static final int MAX_RECIPIENTS = 250;

    private static final Pattern HOST = Pattern.compile("(.+)\\[(.+)]:(\\d{1,5})");

    private static final List<Diagnostic> NO_WHY = List.of();

    private final TlsFields tls = new TlsFields();

    /// A notice that several events speak of is recorded once.
    private Optional<QueueId> lastNotice = Optional.empty();

    /// Whether the event makes a record. Any thread.
    static boolean isTracked(RelayEvent event) {
        return switch (event) {
            case Received _,
                    RelayEvent.Replayed _,
                    Delivered _,
                    Deferred _,
                    Bounced _,
                    RelayEvent.Held _,
                    RelayEvent.Removed _,
                    RelayEvent.Released _,
                    RelayEvent.Redirected _,
                    RelayEvent.FailedOver _,
                    RelayEvent.FailedBack _,
                    RelayEvent.DelayWarned _,
                    RelayEvent.SuccessTold _,
                    LaneFailed _ ->
                    true;
            // Nothing of these is about a message that was ours.
            case RelayEvent.Refused _,
                    RelayEvent.DemandsUnmet _,
                    RelayEvent.TestedPolicyUnmet _,
                    RelayEvent.StsFetch _,
                    RelayEvent.PlaintextFallback _,
                    RelayEvent.TlsDowngraded _,
                    RelayEvent.ProbeTurned _,
                    RelayEvent.Connection _,
                    RelayEvent.Rejected _,
                    RelayEvent.LimitReached _,
                    RelayEvent.ClientsHidden _,
                    RelayEvent.Fault _ ->
                    false;
        };
    }

    @Override
    public Instant timeOf(Heard heard) {
        return heard.time();
    }

    @Override
    public List<byte[]> of(Heard heard) {
        var lines = new ArrayList<byte[]>();
        Instant time = heard.time();
        switch (heard.event()) {
            case Received received -> received(lines, time, received);
            case RelayEvent.Replayed(var message, var file) -> replayed(lines, time, message, file);
            case Delivered sent ->
                    each(
                            lines,
                            time,
                            "SEND",
                            sent.entry(),
                            sent.recipients(),
                            json -> sent(json, sent));
            case Deferred deferred ->
                    each(
                            lines,
                            time,
                            "DEFER",
                            deferred.entry(),
                            deferred.recipients(),
                            json -> deferred(json, deferred));
            case Bounced bounced -> bounced(lines, time, bounced);
            case RelayEvent.Held held -> held(lines, time, held);
            case RelayEvent.Removed(var entry) ->
                    each(lines, time, "DROP", entry, entry.recipients(), _ -> {});
            case RelayEvent.Released(var entry) ->
                    each(lines, time, "RESUBMIT", entry, entry.recipients(), _ -> {});
            case RelayEvent.Redirected(var entry, var connector) ->
                    redirect(lines, time, entry, entry.recipients(), connector, "operator", NO_WHY);
            case RelayEvent.FailedOver(var entry, var to, var lane, var why) ->
                    redirect(lines, time, entry, to, lane.connector(), "fail-over", why);
            case RelayEvent.FailedBack(var entry, var to, var lane) ->
                    redirect(lines, time, entry, to, lane.connector(), "fail-back", NO_WHY);
            case RelayEvent.DelayWarned(var entry, var notice) ->
                    notice(lines, time, entry, notice, "delay");
            case RelayEvent.SuccessTold(var entry, _, var notice) ->
                    notice(lines, time, entry, notice, "relayed");
            case LaneFailed failed ->
                    lines.add(LogLine.of(time, "DEFER", json -> failed(json, failed)));
            case RelayEvent.Refused _,
                    RelayEvent.DemandsUnmet _,
                    RelayEvent.TestedPolicyUnmet _,
                    RelayEvent.StsFetch _,
                    RelayEvent.PlaintextFallback _,
                    RelayEvent.TlsDowngraded _,
                    RelayEvent.ProbeTurned _,
                    RelayEvent.Connection _,
                    RelayEvent.Rejected _,
                    RelayEvent.LimitReached _,
                    RelayEvent.ClientsHidden _,
                    RelayEvent.Fault _ -> {}
        }
        return lines;
    }

    private static void held(List<byte[]> lines, Instant time, RelayEvent.Held held) {
        each(
                lines,
                time,
                "DEFER",
                held.entry(),
                held.entry().recipients(),
                json -> {
                    json.writeBooleanProperty("held", true);
                    held.why().forEach(one -> why(json, one));
                });
    }

    private void received(List<byte[]> lines, Instant time, Received received) {
        for (QueueEntry entry : received.message().entries()) {
            each(
                    lines,
                    time,
                    "RECEIVE",
                    entry,
                    entry.recipients(),
                    json -> {
                        String user = received.username();
                        if (!user.isEmpty()) json.writeStringProperty("user", user);
                        tls.write(json, List.of(), received.tls());
                    });
        }
    }

    private static void replayed(
            List<byte[]> lines, Instant time, QueuedMessage message, String file) {
        for (QueueEntry entry : message.entries()) {
            each(
                    lines,
                    time,
                    "RESUBMIT",
                    entry,
                    entry.recipients(),
                    json -> json.writeStringProperty("file", file));
        }
    }

    private static void redirect(
            List<byte[]> lines,
            Instant time,
            QueueEntry entry,
            List<Mailbox> recipients,
            String by,
            String cause,
            List<Diagnostic> why) {
        each(
                lines,
                time,
                "REDIRECT",
                entry,
                recipients,
                json -> {
                    json.writeStringProperty("by", by);
                    json.writeStringProperty("cause", cause);
                    why.forEach(one -> why(json, one));
                });
    }

    private static void each(
            List<byte[]> lines,
            Instant time,
            String event,
            QueueEntry entry,
            List<Mailbox> recipients,
            Consumer<JsonGenerator> more) {
        for (int i = 0; i < recipients.size(); i += MAX_RECIPIENTS) {
            var some = recipients.subList(i, Math.min(i + MAX_RECIPIENTS, recipients.size()));
            lines.add(
                    LogLine.of(
                            time,
                            event,
                            json -> {
                                message(json, entry, some);
                                more.accept(json);
                            }));
        }
    }

    private static void message(JsonGenerator json, QueueEntry entry, List<Mailbox> recipients) {
        Envelope envelope = entry.envelope();
        json.writeStringProperty("id", envelope.id().toString());
        json.writeNumberProperty("entry", entry.id().index());
        json.writeStringProperty("sender", envelope.sender().toString());
        json.writeArrayPropertyStart("recipients");
        recipients.forEach(to -> json.writeString(to.toString()));
        json.writeEndArray();
        json.writeNumberProperty("sizeBytes", envelope.sizeBytes());
        json.writeStringProperty("receiveConnector", envelope.receiveConnector());
        json.writeStringProperty("client", envelope.client().getHostAddress());
        lane(json, entry.lane());
    }

    private static void lane(JsonGenerator json, Lane lane) {
        json.writeStringProperty("connector", lane.connector());
        json.writeStringProperty("nextHop", lane.nextHop());
        json.writeStringProperty("lane", lane.toString());
    }

    private void sent(JsonGenerator json, Delivered sent) {
        host(json, sent.proof().host());
        Instant accepted = sent.entry().envelope().acceptedAt();
        long delay = Math.max(0, Duration.between(accepted, sent.at()).toMillis());
        json.writeNumberProperty("delayMillis", delay);
        json.writeNumberProperty("attempts", sent.entry().attempts());
        json.writeStringProperty("status", sent.reply().status().toString());
        json.writeStringProperty("reply", sent.reply().toString());
        tls.write(json, sent.proof().demands(), sent.proof().evidence());
    }

    private static void deferred(JsonGenerator json, Deferred deferred) {
        json.writeNumberProperty("attempts", deferred.entry().attempts());
        json.writeStringProperty("next", RecordShape.time(deferred.nextAttempt()));
        if (deferred.certainty() == Certainty.POSSIBLY_DELIVERED) {
            json.writeBooleanProperty("possiblyDelivered", true);
        }
        why(json, deferred.why());
    }

    private void bounced(List<byte[]> lines, Instant time, Bounced bounced) {
        each(
                lines,
                time,
                "FAIL",
                bounced.entry(),
                bounced.recipients(),
                json -> {
                    json.writeNumberProperty("attempts", bounced.entry().attempts());
                    why(json, bounced.why());
                    json.writeArrayPropertyStart("notices");
                    bounced.notice().forEach(notice -> json.writeString(notice.id().toString()));
                    json.writeEndArray();
                });
        for (QueuedMessage notice : bounced.notice()) {
            notice(lines, time, bounced.entry(), notice, "failure");
        }
    }

    private void notice(
            List<byte[]> lines, Instant time, QueueEntry about, QueuedMessage notice, String kind) {
        if (lastNotice.filter(notice.id()::equals).isPresent()) return;
        lastNotice = Optional.of(notice.id());
        for (QueueEntry entry : notice.entries()) {
            each(
                    lines,
                    time,
                    "DSN",
                    entry,
                    entry.recipients(),
                    json -> {
                        json.writeStringProperty("kind", kind);
                        json.writeStringProperty("about", about.id().message().toString());
                    });
        }
    }

    private static void failed(JsonGenerator json, LaneFailed failed) {
        json.writeNumberProperty("waiting", failed.waiting());
        lane(json, failed.lane());
        json.writeStringProperty("next", RecordShape.time(failed.retryAt()));
        why(json, failed.why());
    }

    private static void why(JsonGenerator json, Diagnostic why) {
        if (!why.host().isEmpty()) host(json, why.host());
        json.writeStringProperty("status", why.status().toString());
        if (!why.remoteReply().isEmpty()) json.writeStringProperty("reply", why.remoteReply());
        json.writeStringProperty("reason", why.reason().label());
        json.writeStringProperty("why", why.text());
        if (why.demands().isEmpty()) return;
        json.writeArrayPropertyStart("unmet");
        why.demands().forEach(json::writeString);
        json.writeEndArray();
    }

    /// `mx.example.org[192.0.2.7]:25`, in its parts.
    private static void host(JsonGenerator json, String host) {
        Matcher parts = HOST.matcher(host);
        if (!parts.matches()) {
            json.writeStringProperty("host", host);
            return;
        }
        json.writeStringProperty("host", parts.group(1));
        json.writeStringProperty("address", parts.group(2));
        json.writeNumberProperty("port", Integer.parseInt(parts.group(3)));
    }
}
