package relay.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import relay.server.cli.Actions.AdminPlace;

/// Hands one file after the other to the relay, and renames each that it has taken: whatever ends
/// this, the same order again takes none of those twice.
@Command(
        name = "replay",
        description =
                "Hand messages that export wrote back to the queue, as new ones that are routed"
                        + " afresh. Each file that was taken is renamed to FILE.replayed.")
final class QueueReplayVerb extends Verb {
    private static final String TAKEN = ".replayed";

    private final Actions.LocateAdmin locateAdmin;

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "an exported message, QUEUEID.eml")
    private List<Path> files = List.of();

    QueueReplayVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, terminal);
        this.locateAdmin = locateAdmin;
    }

    @Override
    public Integer call() {
        return switch (locateAdmin.locate(conf())) {
            case AdminPlace.BadConfiguration(var problems) -> refuse(problems);
            case AdminPlace.At place -> {
                try (var relay = new AdminClient(place)) {
                    int status = DONE;
                    for (Path file : new LinkedHashSet<>(files)) {
                        if (replay(relay, file) != DONE) status = FAILED;
                    }
                    yield status;
                }
            }
        };
    }

    private int replay(AdminClient relay, Path file) {
        if (file.toString().endsWith(TAKEN)) return refuse(FAILED, file + ": was taken before");
        if (!Files.isRegularFile(file)) return refuse(FAILED, file + ": there is no such file");
        Path done = file.resolveSibling(file.getFileName() + TAKEN);
        if (Files.exists(done)) {
            return refuse(FAILED, file + ": not taken, since " + done + " is there already");
        }
        return switch (relay.upload("/api/v1/messages/replay?file=" + name(file), file)) {
            case AdminClient.Reply.Failed(var why) -> refuse(FAILED, file + ": " + why);
            case AdminClient.Reply.Misunderstood(var why) -> refuse(FAILED, file + ": " + why);
            case AdminClient.Reply.Done(var body) -> {
                String id = Words.printable(body.path("message").asString());
                terminal().out().println(file + ": queued as " + id);
                yield rename(file, done);
            }
        };
    }

    private int rename(Path file, Path done) {
        try {
            Files.move(file, done);
            return DONE;
        } catch (IOException failed) {
            return refuse(
                    FAILED, file + ": taken, but not renamed; do not replay it again: " + failed);
        }
    }

    private static String name(Path file) {
        return QueueVerb.encoded(String.valueOf(file.getFileName()));
    }
}
