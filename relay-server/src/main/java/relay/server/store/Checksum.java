package relay.server.store;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// CRC-32C of what stands in a row: SQLite has none of its own, and would give out whatever the
/// disk gives it.
final class Checksum {
    private Checksum() {}

    static long of(byte[] bytes) {
        var sum = new CRC32C();
        sum.update(bytes);
        return sum.getValue();
    }

    /// Of fields that belong to `message`, with what sets them apart.
    static long of(long message, Object... fields) {
        var text = new StringBuilder().append(message);
        for (Object field : fields) text.append('\0').append(field);
        return of(text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
