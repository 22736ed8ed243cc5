package relay.server.store;

import java.time.Instant;

/// Whether mail can be made durable now.
public sealed interface StoreHealth {

    record Writable() implements StoreHealth {}

    /// The last attempt to write failed. New mail is refused, changes are kept in memory, and the
    /// store tries again by itself, at least once a second.
    record Failing(String reason, Instant since) implements StoreHealth {}

    /// [SqliteStore#close] was called.
    record Closed() implements StoreHealth {}
}
