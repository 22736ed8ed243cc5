package relay.server.outbound;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import relay.core.delivery.HostPlan;
import relay.core.delivery.TranscriptLine;
import relay.core.delivery.TranscriptLine.Kind;
import relay.core.delivery.TranscriptSink;
import relay.core.routing.ProtocolLogging;
import relay.core.smtp.RemoteText;

/// The lines of one connection until they are handed over: at once where all is wanted, else where
/// something has gone wrong. Until then a long dialogue keeps its beginning and its end, so that
/// memory is bounded. Confined to the connection's event loop.
final class TranscriptPages {
    static final int FIRST_LINES = 40;
    static final int LAST_LINES = 160;
    private static final int MAX_CHARS = 1_000;

    private final HostPlan host;
    private final String session;
    private final TranscriptSink sink;
    private final InstantSource clock;
    private final List<TranscriptLine> first = new ArrayList<>();
    private final Deque<TranscriptLine> last = new ArrayDeque<>();
    private int leftOut;
    private Course course = Course.WELL;

    private enum Course {
        WELL,
        WRONG
    }

    TranscriptPages(HostPlan host, String session, TranscriptSink sink, InstantSource clock) {
        this.host = host;
        this.session = session;
        this.sink = sink;
        this.clock = clock;
    }

    void add(Kind kind, String text) {
        TranscriptLine line = line(kind, text);
        if (leftOut == 0 && last.isEmpty() && first.size() < FIRST_LINES) {
            first.add(line);
            return;
        }
        last.add(line);
        if (last.size() <= LAST_LINES) return;
        last.remove();
        leftOut++;
    }

    private TranscriptLine line(Kind kind, String text) {
        return new TranscriptLine(
                clock.instant(),
                host.connector(),
                session,
                host.toString(),
                kind,
                RemoteText.printable(text, MAX_CHARS));
    }

    /// What is here is worth keeping.
    void goneWrong() {
        course = Course.WRONG;
    }

    /// Everything that came of one input is here.
    void turn() {
        boolean all = host.caller().protocolLogging() == ProtocolLogging.ALL;
        if (first.isEmpty() || (!all && course == Course.WELL)) return;
        var lines = new ArrayList<>(first);
        if (leftOut > 0) lines.add(line(Kind.NOTE, leftOut + " lines are left out here"));
        lines.addAll(last);
        first.clear();
        last.clear();
        leftOut = 0;
        course = Course.WELL;
        sink.write(lines);
    }
}
