package relay.server.cli;

import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import relay.server.cli.Actions.AdminPlace;
import tools.jackson.databind.node.JsonNodeFactory;

@Command(
        name = "backup",
        description =
                "Write a copy of the queue to a new file, which the relay's user makes, while the"
                        + " relay runs.")
final class QueueBackupVerb extends Verb {
    private static final Duration PATIENCE = Duration.ofHours(6);

    private final Actions.LocateAdmin locateAdmin;

    @Parameters(paramLabel = "FILE", description = "the new file; nothing is overwritten")
    private Path file = Path.of("queue.db");

    QueueBackupVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, terminal);
        this.locateAdmin = locateAdmin;
    }

    @Override
    public Integer call() {
        return switch (locateAdmin.locate(conf())) {
            case AdminPlace.BadConfiguration(var problems) -> refuse(problems);
            case AdminPlace.At place -> {
                try (var relay = new AdminClient(place)) {
                    yield finish(relay.post("/api/v1/backup", body(), PATIENCE));
                }
            }
        };
    }

    private tools.jackson.databind.JsonNode body() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("file", file.toAbsolutePath().normalize().toString());
    }

    private int finish(AdminClient.Reply reply) {
        return switch (reply) {
            case AdminClient.Reply.Failed(var why) -> refuse(FAILED, why);
            case AdminClient.Reply.Misunderstood(var why) -> refuse(WRONG_USAGE, why);
            case AdminClient.Reply.Done(var body) -> {
                String size = Words.size(body.path("sizeBytes").asLong());
                terminal()
                        .out()
                        .println(Words.printable(body.path("file").asString()) + ": " + size);
                yield DONE;
            }
        };
    }
}
