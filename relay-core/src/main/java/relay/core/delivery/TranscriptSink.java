package relay.core.delivery;

import java.util.List;

/// Where transcripts of dialogues go. Any thread; returns at once, and never throws.
@FunctionalInterface
public interface TranscriptSink {
    /// Keeps nothing.
    TranscriptSink NONE = _ -> {};

    /// Lines of one connection, in their order.
    void write(List<TranscriptLine> lines);
}
