package relay.server.cli;

import static relay.server.cli.Table.Align.LEFT;
import static relay.server.cli.Table.Align.RIGHT;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(
        name = "messages",
        description = "List messages, a line each, the oldest of each queue first.")
final class QueueMessagesVerb extends QueueVerb {
    @Option(
            names = "--sender",
            paramLabel = "A",
            description = "those from an address or a domain; <> for notices")
    private String sender = "";

    @Option(names = "--status", paramLabel = "S", description = "those queued, or those held")
    private String status = "";

    @Option(
            names = "--older",
            paramLabel = "AGE",
            description = "those accepted longer ago than that: 30m, 4h, 2d")
    private String older = "";

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "list at most N messages, 1 to 10000 (default: 1000)")
    private int limit = 1000;

    QueueMessagesVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        var more = new ArrayList<>(List.of("limit=" + limit));
        if (!sender.isEmpty()) more.add("sender=" + encoded(sender));
        if (!status.isEmpty()) more.add("status=" + encoded(status));
        if (!older.isEmpty()) more.add("olderThan=" + encoded(older));
        return relay.get("/api/v1/messages" + query(more));
    }

    @Override
    void print(JsonNode body) {
        JsonNode messages = body.path("messages");
        if (messages.isEmpty()) {
            terminal().err().println("no messages");
            return;
        }
        var table =
                new Table(
                        List.of(LEFT, LEFT, LEFT, RIGHT, RIGHT, LEFT, LEFT, LEFT),
                        "MESSAGE",
                        "QUEUE",
                        "STATUS",
                        "AGE",
                        "SIZE",
                        "FROM",
                        "TO",
                        "LAST ERROR");
        messages.values().forEach(message -> add(table, message));
        table.print(terminal());
        if (body.path("truncated").booleanValue(false)) {
            terminal().err().println("there are more; see --limit");
        }
    }

    private static void add(Table table, JsonNode message) {
        table.row(
                message.path("id").asString(),
                message.path("queue").asString(),
                message.path("status").asString(),
                Words.span(Duration.ofSeconds(message.path("ageSeconds").asLong())),
                Words.size(message.path("sizeBytes").asLong()),
                "<" + message.path("sender").asString() + ">",
                message.path("recipients").values().stream()
                        .map(to -> "<" + to.asString() + ">")
                        .collect(Collectors.joining(",")),
                message.path("lastError").path("text").asString(""));
    }
}
