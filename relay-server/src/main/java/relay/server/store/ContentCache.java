package relay.server.store;

import java.util.LinkedHashMap;
import java.util.Map;
import relay.core.queue.QueueId;

/// Contents of messages that have not ended, up to a number of bytes; the oldest give way. Any
/// thread.
final class ContentCache {
    private static final byte[] ABSENT = {};

    private final long limitBytes;
    private final Map<QueueId, byte[]> contents = new LinkedHashMap<>();
    private long bytes;

    ContentCache(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /// An empty content stands for one that must not be cached.
    synchronized void put(QueueId id, byte[] content) {
        if (content.length == 0 || content.length > limitBytes) return;
        remove(id);
        contents.put(id, content);
        bytes += content.length;
        var oldest = contents.values().iterator();
        while (bytes > limitBytes) {
            bytes -= oldest.next().length;
            oldest.remove();
        }
    }

    /// The content, or an empty array.
    synchronized byte[] get(QueueId id) {
        return contents.getOrDefault(id, ABSENT);
    }

    synchronized void remove(QueueId id) {
        byte[] content = contents.remove(id);
        if (content != null) bytes -= content.length;
    }

    synchronized long bytes() {
        return bytes;
    }
}
