package relay.server;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.LoggerFactory;

/// What has been opened so far while the relay starts, to be closed in the reverse order where the
/// start fails.
final class OpenParts {
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    void close() {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                LoggerFactory.getLogger(OpenParts.class)
                        .warn("while closing after a failed start", e);
            }
        }
    }
}
