package relay.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.intake.Replay;
import relay.core.intake.Replay.Read;
import relay.core.queue.MessageStore;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.PolicyTable;
import relay.server.admin.AdminSources;
import relay.server.admin.AdminSources.Replayed;

/// Takes messages from files back into the queue, as new ones that are routed afresh. Any thread;
/// blocks for the disk, at most a minute each time.
record ReplayDesk(
        MessageStore store, Supplier<PolicyTable> policy, EventSink events, InstantSource clock)
        implements AdminSources.Replays {
    private static final int PIECE_BYTES = 64 << 10;
    private static final int MAX_LINE_BYTES = 8 << 10;
    private static final int MAX_ENVELOPE_LINES = 50_000;
    private static final long PATIENCE_SECONDS = 60;

    @Override
    public Replayed take(InputStream file, String name) throws IOException {
        var in = new BufferedInputStream(file, PIECE_BYTES);
        return switch (Replay.of(envelope(in), policy.get())) {
            case Read.Malformed(var why) -> new Replayed.Malformed(why);
            case Read.Good(var replay) -> take(in, name, replay);
        };
    }

    private Replayed take(InputStream in, String name, Replay replay) throws IOException {
        QueueId id = store.newId();
        MessageStore.Content content = store.newContent(id);
        String full;
        try {
            full = copy(in, replay, content);
        } catch (IOException | RuntimeException brokenOff) {
            content.discard();
            throw brokenOff;
        }
        if (!full.isEmpty()) {
            content.discard();
            return new Replayed.NotStored(full);
        }
        return switch (replay.end(id, clock.instant(), InetAddress.getLoopbackAddress())) {
            case Read.Malformed(var why) -> {
                content.discard();
                yield new Replayed.Malformed(why);
            }
            case Read.Good(var message) -> commit(message, content, name);
        };
    }

    /// Why the store cannot go on taking it; empty where it has all.
    private static String copy(InputStream in, Replay replay, MessageStore.Content content)
            throws IOException {
        for (byte[] piece = in.readNBytes(PIECE_BYTES);
                piece.length > 0;
                piece = in.readNBytes(PIECE_BYTES)) {
            replay.look(piece);
            var room = new CompletableFuture<String>();
            if (content.write(piece, () -> room.complete(""))) continue;
            String full = await(room, "the queue takes nothing for a minute");
            if (!full.isEmpty()) return full;
        }
        return "";
    }

    private Replayed commit(QueuedMessage message, MessageStore.Content content, String name) {
        var done = new CompletableFuture<String>();
        store.accept(message, content, result -> done.complete(reason(result)));
        String failed =
                await(
                        done,
                        "the disk has not answered for a minute; it may be queued all the same");
        if (!failed.isEmpty()) return new Replayed.NotStored(failed);
        events.on(new RelayEvent.Replayed(message, name));
        return new Replayed.Taken(message);
    }

    private static String reason(CommitResult result) {
        return switch (result) {
            case CommitResult.Committed _ -> "";
            case CommitResult.Failed(var reason) -> reason;
        };
    }

    private static String await(Future<String> answer, String late) {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            return late;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "interrupted";
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// The lines of the envelope, without their ends; the stream then stands before the content.
    private static List<String> envelope(BufferedInputStream in) throws IOException {
        var lines = new ArrayList<String>();
        while (lines.size() < MAX_ENVELOPE_LINES) {
            in.mark(MAX_LINE_BYTES);
            String line = line(in);
            if (!Replay.isEnvelope(line)) {
                in.reset();
                break;
            }
            lines.add(line);
        }
        return lines;
    }

    /// What is before the next LF, at most [#MAX_LINE_BYTES].
    private static String line(InputStream in) throws IOException {
        byte[] line = new byte[MAX_LINE_BYTES];
        int length = 0;
        for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            line[length++] = (byte) octet;
            if (length == line.length) break;
        }
        return new String(line, 0, length, StandardCharsets.UTF_8).stripTrailing();
    }
}
