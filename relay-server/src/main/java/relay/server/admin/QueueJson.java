package relay.server.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import relay.core.address.Mailbox;
import relay.core.queue.Diagnostic;
import relay.core.queue.LaneStatus;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The queue in JSON; docs/admin-api.md is the reference of the fields. A field that would have
/// nothing to say is left out.
final class QueueJson {
    private QueueJson() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// `oldest` is when the oldest queued message was accepted, or empty where there is none.
    static ObjectNode lane(LaneStatus lane, Optional<Instant> oldest, Instant now) {
        ObjectNode json = object();
        json.put("id", lane.lane().toString());
        json.put("connector", lane.lane().connector());
        json.put("nextHop", lane.lane().nextHop());
        if (!lane.lane().floor().isEmpty()) json.put("floor", lane.lane().floor());
        switch (lane.lane().messageTls()) {
            case BY_POLICY -> {}
            case REQUIRED -> json.put("messageTls", "required");
            case NOT_REQUIRED -> json.put("messageTls", "notRequired");
        }
        json.put("deliveryType", deliveryType(lane.lane()));
        json.put("status", lane.status().label());
        json.put("messages", lane.messages());
        json.put("active", lane.active());
        json.put("ready", lane.ready());
        json.put("waiting", lane.waiting());
        json.put("held", lane.held());
        json.put("sizeBytes", lane.bytes());
        if (lane.status() == LaneStatus.Status.RETRY) {
            json.put("retryAt", lane.retryAt().toString());
        }
        if (!lane.lastTry().equals(Instant.MIN)) json.put("lastTry", lane.lastTry().toString());
        json.put("incomingPerMinute", lane.incomingPerMinute());
        json.put("outgoingPerMinute", lane.outgoingPerMinute());
        json.put("velocity", lane.velocity());
        oldest.ifPresent(accepted -> {
            json.put("oldest", accepted.toString());
            json.put("oldestAgeSeconds", ageSeconds(accepted, now));
        });
        trouble(json, lane.lastTrouble());
        return json;
    }

    /// In the words of Exchange's Get-Queue.
    private static String deliveryType(Lane lane) {
        if (lane.isUnreachable()) return "Unreachable";
        return lane.nextHop().equals(Lane.SMART_HOSTS)
                ? "SmartHostConnectorDelivery"
                : "DnsConnectorDelivery";
    }

    static ObjectNode entry(QueueEntry entry, Instant now) {
        ObjectNode json = object();
        json.put("id", entry.id().toString());
        json.put("message", entry.id().message().toString());
        json.put("queue", entry.lane().toString());
        json.put("connector", entry.lane().connector());
        json.put(
                "status",
                switch (entry.status()) {
                    case QUEUED -> "queued";
                    case HELD -> "held";
                });
        json.put("sender", entry.envelope().sender().toString());
        var recipients = json.putArray("recipients");
        entry.recipients().stream().map(Mailbox::toString).forEach(recipients::add);
        json.put("sizeBytes", entry.envelope().sizeBytes());
        json.put("accepted", entry.envelope().acceptedAt().toString());
        json.put("ageSeconds", ageSeconds(entry.envelope().acceptedAt(), now));
        json.put("receiveConnector", entry.envelope().receiveConnector());
        json.put("client", entry.envelope().client().getHostAddress());
        json.put("attempts", entry.attempts());
        json.put("nextAttempt", entry.nextAttempt().toString());
        trouble(json, entry.lastTrouble());
        return json;
    }

    /// A message that was taken from a file.
    static ObjectNode taken(QueuedMessage message) {
        ObjectNode json = object();
        json.put("message", message.id().toString());
        json.put("sizeBytes", message.envelope().sizeBytes());
        var queues = json.putArray("queues");
        message.entries().forEach(entry -> queues.add(entry.lane().toString()));
        return json;
    }

    private static void trouble(ObjectNode json, List<Diagnostic> trouble) {
        trouble.stream().findFirst().ifPresent(why -> json.set("lastError", diagnostic(why)));
    }

    private static ObjectNode diagnostic(Diagnostic why) {
        ObjectNode json = object();
        json.put("text", why.toString());
        json.put("reason", why.reason().label());
        json.put("status", why.status().toString());
        json.put("what", why.text());
        if (!why.host().isEmpty()) json.put("host", why.host());
        if (!why.remoteReply().isEmpty()) json.put("reply", why.remoteReply());
        if (!why.demands().isEmpty()) {
            var demands = json.putArray("unmetDemands");
            why.demands().forEach(demands::add);
        }
        return json;
    }

    private static long ageSeconds(Instant accepted, Instant now) {
        return Math.max(0, Duration.between(accepted, now).toSeconds());
    }
}
