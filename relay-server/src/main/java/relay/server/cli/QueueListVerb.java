package relay.server.cli;

import static relay.server.cli.Table.Align.LEFT;
import static relay.server.cli.Table.Align.RIGHT;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "list",
        description = "List the queues: how many messages, how old, the next try, the last error.")
final class QueueListVerb extends QueueVerb {
    private final InstantSource clock;

    QueueListVerb(
            RelayCommand root,
            Actions.LocateAdmin locateAdmin,
            Terminal terminal,
            InstantSource clock) {
        super(root, locateAdmin, terminal);
        this.clock = clock;
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.get("/api/v1/queues" + query(List.of()));
    }

    @Override
    void print(JsonNode body) {
        JsonNode queues = body.path("queues");
        if (queues.isEmpty()) {
            terminal().err().println("no queues");
            return;
        }
        var table =
                new Table(
                        List.of(
                                LEFT, LEFT, LEFT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT,
                                RIGHT, RIGHT, LEFT),
                        "QUEUE",
                        "TYPE",
                        "STATUS",
                        "MESSAGES",
                        "HELD",
                        "SIZE",
                        "OLDEST",
                        "IN/MIN",
                        "OUT/MIN",
                        "VELOCITY",
                        "LAST TRY",
                        "NEXT TRY",
                        "LAST ERROR");
        queues.values().forEach(queue -> add(table, queue));
        table.print(terminal());
    }

    private void add(Table table, JsonNode queue) {
        table.row(
                queue.path("id").asString(),
                type(queue.path("deliveryType").asString()),
                queue.path("status").asString(),
                queue.path("messages").asString(),
                queue.path("held").asString(),
                Words.size(queue.path("sizeBytes").asLong()),
                queue.has("oldestAgeSeconds")
                        ? Words.span(Duration.ofSeconds(queue.path("oldestAgeSeconds").asLong()))
                        : "-",
                queue.path("incomingPerMinute").asString(),
                queue.path("outgoingPerMinute").asString(),
                queue.path("velocity").asString(),
                queue.has("lastTry") ? ago(queue.path("lastTry").asString()) : "-",
                queue.has("retryAt")
                        ? until(Instant.parse(queue.path("retryAt").asString()), clock.instant())
                        : "-",
                queue.path("lastError").path("text").asString(""));
    }

    private static String type(String deliveryType) {
        return switch (deliveryType) {
            case "DnsConnectorDelivery" -> "dns";
            case "SmartHostConnectorDelivery" -> "smarthost";
            default -> deliveryType.toLowerCase(Locale.ROOT);
        };
    }

    private String ago(String then) {
        return Words.span(Duration.between(Instant.parse(then), clock.instant()));
    }

    /// `in 5m`, or `now` where the time has come.
    static String until(Instant then, Instant now) {
        return then.isAfter(now) ? "in " + Words.span(Duration.between(now, then)) : "now";
    }
}
