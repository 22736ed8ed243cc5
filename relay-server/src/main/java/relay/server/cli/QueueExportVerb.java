package relay.server.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(
        name = "export",
        description =
                "Write messages as they are queued, with the envelope in X-Sender and X-Receiver"
                        + " fields in front: one to standard output, or each to a file"
                        + " QUEUEID.eml of a folder.")
final class QueueExportVerb extends QueueVerb {
    private static final int MAX_MESSAGES = 10_000;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<StandardOpenOption> NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    @Option(
            names = "--to",
            paramLabel = "DIR",
            description = "a folder that is there; no file in it is overwritten")
    private Path folder = Path.of("");

    QueueExportVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    @Override
    Unnamed unnamed() {
        return Unnamed.IS_WRONG;
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.get("/api/v1/messages" + query(List.of("limit=" + MAX_MESSAGES)));
    }

    @Override
    int done(AdminClient relay, JsonNode body) {
        var ids = new LinkedHashSet<String>();
        body.path("messages").values().forEach(one -> ids.add(one.path("message").asString()));
        boolean toFiles = !folder.toString().isEmpty();
        if (!toFiles && ids.size() > 1) {
            return refuse(
                    WRONG_USAGE, counted(ids.size(), "message") + ": name a folder with --to");
        }
        if (toFiles && !Files.isDirectory(folder)) {
            return refuse(FAILED, folder + ": there is no such folder");
        }
        int status = DONE;
        for (String id : ids) {
            AdminClient.Reply reply = toFiles ? toFile(relay, id) : toStandardOutput(relay, id);
            if (reply instanceof AdminClient.Reply.Done) continue;
            status = refuse(FAILED, id + ": " + why(reply));
        }
        if (ids.isEmpty()) terminal().err().println("no messages");
        if (!body.path("truncated").booleanValue(false)) return status;
        return refuse(FAILED, "there are more; these were the first " + ids.size());
    }

    @Override
    void print(JsonNode body) {
        terminal().out().println(body.size());
    }

    private AdminClient.Reply toStandardOutput(AdminClient relay, String id) {
        AdminClient.Reply reply = relay.download(place(id), () -> new Unclosed(terminal().raw()));
        terminal().out().flush();
        return reply;
    }

    private AdminClient.Reply toFile(AdminClient relay, String id) {
        Path file = folder.resolve(id + ".eml");
        if (Files.exists(file)) return new AdminClient.Reply.Failed(file + " is there already");
        var ours = new AtomicBoolean();
        AdminClient.Reply reply =
                relay.download(
                        place(id),
                        () -> {
                            FileChannel channel = FileChannel.open(file, NEW, OWNER_ONLY);
                            ours.set(true);
                            return Channels.newOutputStream(channel);
                        });
        if (reply instanceof AdminClient.Reply.Done) terminal().out().println(file);
        else if (ours.get()) removeHalf(file);
        return reply;
    }

    /// What is not whole would be taken for the message.
    private static void removeHalf(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // The failure that is told of already says that the file is none.
        }
    }

    private static String place(String id) {
        return "/api/v1/messages/" + encoded(id) + "/content";
    }

    private static String why(AdminClient.Reply reply) {
        return switch (reply) {
            case AdminClient.Reply.Failed(var why) -> why;
            case AdminClient.Reply.Misunderstood(var why) -> why;
            case AdminClient.Reply.Done _ -> "";
        };
    }

    /// Standard output stays open for whoever comes after us.
    private static final class Unclosed extends OutputStream {
        private final OutputStream to;

        Unclosed(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int octet) throws IOException {
            to.write(octet);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            to.write(octets, from, length);
        }

        @Override
        public void close() throws IOException {
            to.flush();
        }
    }
}
