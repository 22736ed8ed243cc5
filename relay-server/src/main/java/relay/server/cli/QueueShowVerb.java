package relay.server.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(
        name = "show",
        description = "Show messages with sender and recipients, the oldest of each queue first.")
final class QueueShowVerb extends QueueVerb {
    private final InstantSource clock;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "show at most N messages, 1 to 10000 (default: 1000)")
    private int limit = 1000;

    QueueShowVerb(
            RelayCommand root,
            Actions.LocateAdmin locateAdmin,
            Terminal terminal,
            InstantSource clock) {
        super(root, locateAdmin, terminal);
        this.clock = clock;
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.get("/api/v1/messages" + query(List.of("limit=" + limit)));
    }

    @Override
    void print(JsonNode body) {
        JsonNode messages = body.path("messages");
        messages.values().forEach(this::printMessage);
        if (messages.isEmpty()) terminal().err().println("no messages");
        if (body.path("truncated").booleanValue(false)) {
            terminal().err().println("there are more; see --limit");
        }
    }

    private void printMessage(JsonNode message) {
        PrintWriter out = terminal().out();
        out.println(Words.printable(heading(message)));
        field("from", "<" + message.path("sender").asString() + ">");
        field(
                "to",
                message.path("recipients").values().stream()
                        .map(to -> "<" + to.asString() + ">")
                        .collect(Collectors.joining(", ")));
        field("next", next(message));
        if (message.has("lastError")) {
            field("error", message.path("lastError").path("text").asString());
        }
        out.println();
    }

    private static String heading(JsonNode message) {
        return String.join(
                "  ",
                message.path("id").asString(),
                message.path("queue").asString(),
                message.path("status").asString(),
                Words.size(message.path("sizeBytes").asLong()),
                Words.span(Duration.ofSeconds(message.path("ageSeconds").asLong())) + " old",
                counted(message.path("attempts").asLong(), "attempt"));
    }

    private String next(JsonNode message) {
        if (message.path("status").asString().equals("held")) return "held until resumed";
        Instant next = Instant.parse(message.path("nextAttempt").asString());
        String when = QueueListVerb.until(next, clock.instant());
        return when.equals("now") ? "due now" : when + " (" + next + ")";
    }

    private void field(String name, String value) {
        String line = "  " + name + " ".repeat(7 - name.length()) + Words.printable(value);
        terminal().out().println(line);
    }
}
