package relay.server.tracking;

import java.time.Duration;

/// The bounds of the log. Days older than `maxAge` are deleted, and the oldest segments for the
/// newest where all of it takes more than `maxSizeBytes`. A file is compressed when it has
/// `segmentBytes`; `waiting` events may wait for the writer.
record TrackingLimits(Duration maxAge, long maxSizeBytes, long segmentBytes, int waiting) {
    private static final long MAX_SEGMENT_BYTES = 32L << 20;

    /// A small log has small segments, so that its oldest part is never most of it.
    static TrackingLimits of(Duration maxAge, long maxSizeBytes) {
        long segment = Math.min(MAX_SEGMENT_BYTES, maxSizeBytes / 8);
        return new TrackingLimits(maxAge, maxSizeBytes, segment, 16_384);
    }
}
