package relay.server.outbound;

import io.netty.channel.EventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import relay.core.queue.ContentSource.Reading;
import relay.core.smtp.DataEncoder;
import relay.core.smtp.RemoteText;

/// Brings one content to the wire piece by piece: a piece is read, off the event loop, when the
/// connection can take it. Confined to the event loop but for the reading; at most one read is
/// under way at a time, so a [Reading] sees one thread after another.
final class ContentStream {
    private final EventLoop loop;
    private final Executor readers;
    private final Supplier<Reading> source;
    private final Wire wire;
    private final DataEncoder encoder = new DataEncoder();

    /// Only touched by the read that is under way, or with none under way.
    private @Nullable Reading reading;

    private State state = State.READING;

    private enum State {
        READING,
        /// The connection is full.
        WAITING,
        /// It ended or was cancelled.
        DONE
    }

    /// Where the pieces go. Called on the event loop.
    interface Wire {
        /// Sends the bytes and says whether the connection can take more now.
        boolean take(byte[] bytes);

        /// Everything but `dot` was taken.
        void finish(byte[] dot);

        void contentLost(String detail);
    }

    ContentStream(EventLoop loop, Executor readers, Supplier<Reading> source, Wire wire) {
        this.loop = loop;
        this.readers = readers;
        this.source = source;
        this.wire = wire;
    }

    void start() {
        readers.execute(this::read);
    }

    /// The connection can take more.
    void writable() {
        if (state != State.WAITING) return;
        state = State.READING;
        readers.execute(this::read);
    }

    /// Nothing more is wanted, and above all no final dot.
    void cancel() {
        boolean reads = state == State.READING;
        boolean over = state == State.DONE;
        state = State.DONE;
        if (!reads && !over) readers.execute(this::close);
    }

    private void read() {
        try {
            if (reading == null) reading = source.get();
            byte[] piece = reading.next();
            answer(() -> take(piece));
        } catch (RuntimeException | Error lost) {
            // ContentLost, or a fault of the store: the session must hear of either.
            String detail = RemoteText.printable(String.valueOf(lost.getMessage()), 200);
            answer(() -> lost(detail));
        }
    }

    private void answer(Runnable onLoop) {
        try {
            loop.execute(onLoop);
        } catch (RejectedExecutionException _) {
            close();
        }
    }

    private void take(byte[] piece) {
        if (state == State.DONE) {
            readers.execute(this::close);
        } else if (piece.length == 0) {
            state = State.DONE;
            readers.execute(this::close);
            wire.finish(encoder.end());
        } else {
            boolean more = wire.take(encoder.encode(piece));
            goOn(more);
        }
    }

    private void goOn(boolean more) {
        if (state == State.DONE) {
            // The write failed and ended the session.
            readers.execute(this::close);
        } else if (more) {
            readers.execute(this::read);
        } else {
            state = State.WAITING;
        }
    }

    private void lost(String detail) {
        boolean wanted = state != State.DONE;
        state = State.DONE;
        readers.execute(this::close);
        if (wanted) wire.contentLost(detail);
    }

    private void close() {
        if (reading != null) reading.close();
        reading = null;
    }
}
