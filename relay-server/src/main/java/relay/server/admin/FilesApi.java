package relay.server.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.ContentSource.ContentLost;
import relay.core.queue.ContentSource.Reading;
import relay.core.queue.Envelope;
import relay.core.queue.Envelope.Need;
import relay.core.queue.NoticeRequest;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.tls.MessageTls;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `/api/v1` gives out as whole files: a message with its content, a copy of the queue. Any
/// virtual thread; blocks for the disk.
final class FilesApi {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final AdminSources sources;
    private final ReentrantLock backingUp = new ReentrantLock();

    FilesApi(AdminSources sources) {
        this.sources = sources;
    }

    /// A message that can be read, or why there is none.
    sealed interface Opened {
        record Refused(Answer answer) implements Opened {}

        /// Whoever gets it closes the reading.
        record Found(String envelope, Reading reading) implements Opened {
            /// Throws [IOException] or [ContentLost] where it cannot be had to the end.
            void writeTo(OutputStream out) throws IOException {
                out.write(envelope.getBytes(StandardCharsets.UTF_8));
                for (byte[] piece = reading.next(); piece.length > 0; piece = reading.next()) {
                    out.write(piece);
                }
            }
        }
    }

    /// `GET /api/v1/messages/{id}/content`: the message, with its envelope in fields in front.
    Opened open(String id) {
        List<QueueEntry> entries =
                QueueId.parse(id).map(known -> sources.view().message(known)).orElse(List.of());
        if (entries.isEmpty()) return new Opened.Refused(Answer.unknown(List.of(id)));
        Reading reading = null;
        try {
            reading = sources.contents().open(entries.getFirst().id().message());
            return new Opened.Found(envelope(entries), new Begun(reading));
        } catch (ContentLost lost) {
            if (reading != null) reading.close();
            return new Opened.Refused(
                    Answer.error(Answer.INTERNAL_ERROR, String.valueOf(lost.getMessage())));
        }
    }

    /// A reading whose first piece is there, so that most troubles show before anything is said.
    private static final class Begun implements Reading {
        private final Reading rest;
        private final Deque<byte[]> first = new ArrayDeque<>();

        Begun(Reading rest) {
            this.rest = rest;
            first.add(rest.next());
        }

        @Override
        public byte[] next() {
            return first.isEmpty() ? rest.next() : first.removeFirst();
        }

        @Override
        public void close() {
            rest.close();
        }
    }

    /// In Exchange's words, those of its replay folder.
    private static String envelope(List<QueueEntry> entries) {
        Envelope envelope = entries.getFirst().envelope();
        var lines = new StringBuilder();
        String sender =
                switch (envelope.sender()) {
                    case ReversePath.Null _ -> "";
                    case ReversePath.Sender(Mailbox from) -> from.toString();
                };
        lines.append("X-Sender: <").append(sender).append(">").append(parameters(envelope));
        var named = new HashSet<Mailbox>();
        for (QueueEntry entry : entries) {
            NoticeRequest wishes = entry.envelope().noticeRequest();
            entry.recipients().stream()
                    .filter(named::add)
                    .forEach(to ->
                            lines.append("\r\nX-Receiver: <")
                                    .append(to)
                                    .append(">")
                                    .append(wishes.of(to)));
        }
        lines.append("\r\nX-ReceiveConnector: ").append(envelope.receiveConnector()).append("\r\n");
        if (envelope.messageTls() == MessageTls.REQUIRED) lines.append("X-RequireTls: yes\r\n");
        return lines.toString();
    }

    /// As MAIL has them, without those that are of one connection.
    private static String parameters(Envelope envelope) {
        boolean utf8 =
                envelope.needs().contains(Need.SMTP_UTF8)
                        || (envelope.sender() instanceof ReversePath.Sender(var from)
                                && from.needsSmtpUtf8());
        return (envelope.needs().contains(Need.EIGHT_BIT_MIME) ? " BODY=8BITMIME" : "")
                + (utf8 ? " SMTPUTF8" : "")
                + envelope.noticeRequest();
    }

    /// `POST /api/v1/messages/replay`: takes an exported message back into the queue.
    Answer replay(InputStream file, String name) {
        List<String> notReady = sources.readiness().get();
        if (!notReady.isEmpty()) {
            return Answer.error(Answer.UNAVAILABLE, "not taken: " + String.join("; ", notReady));
        }
        try {
            return switch (sources.replays().take(file, name)) {
                case AdminSources.Replayed.Malformed(var why) ->
                        Answer.error(Answer.BAD_REQUEST, "not an exported message: " + why);
                case AdminSources.Replayed.NotStored(var why) ->
                        Answer.error(Answer.UNAVAILABLE, "not stored: " + why);
                case AdminSources.Replayed.Taken(var message) ->
                        Answer.ok(QueueJson.taken(message));
            };
        } catch (IOException brokenOff) {
            return Answer.error(
                    Answer.BAD_REQUEST, "the file broke off: " + brokenOff.getMessage());
        }
    }

    /// `POST /api/v1/backup`: writes the queue to a new file on the relay's machine. One at a time.
    Answer backUp(String text) {
        Path file;
        try {
            JsonNode body = JSON.readTree(text);
            file = Path.of(body.path("file").asString(""));
        } catch (JacksonException | InvalidPathException malformed) {
            return Answer.error(Answer.BAD_REQUEST, "say {\"file\": \"/an/absolute/path\"}");
        }
        if (!file.isAbsolute() || file.getFileName() == null) {
            return Answer.error(Answer.BAD_REQUEST, "file is an absolute path");
        }
        if (!backingUp.tryLock()) {
            return Answer.error(Answer.UNAVAILABLE, "a backup is being made already");
        }
        try {
            long bytes = onPlatformThread(file);
            return Answer.ok(
                    QueueJson.object().put("file", file.toString()).put("sizeBytes", bytes));
        } catch (CompletionException failed) {
            return failed.getCause() instanceof FileAlreadyExistsException
                    ? Answer.error(Answer.CONFLICT, "there is a file already: " + file)
                    : Answer.error(Answer.INTERNAL_ERROR, "no backup: " + failed.getCause());
        } finally {
            backingUp.unlock();
        }
    }

    /// SQLite's native code would pin a virtual thread's carrier for the whole time.
    private long onPlatformThread(Path file) {
        var done = new CompletableFuture<Long>();
        Thread.ofPlatform()
                .daemon()
                .name("queue-backup")
                .start(() -> {
                    try {
                        done.complete(sources.backup().to(file));
                    } catch (IOException | RuntimeException e) {
                        done.completeExceptionally(e);
                    }
                });
        return done.join();
    }
}
