package relay.server.tracking;

import java.time.Instant;
import java.util.List;

/// Makes the lines of a log, each with its line end, of what was handed to it. Confined to the
/// log's writer, but for [#timeOf].
interface LogLines<T> {

    List<byte[]> of(T heard);

    /// When it happened. Any thread.
    Instant timeOf(T heard);
}
