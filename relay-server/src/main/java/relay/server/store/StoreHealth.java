package relay.server.store;

import java.time.Instant;

/// Whether mail can be made durable now.
public sealed interface StoreHealth {

    record Writable() implements StoreHealth {}

    /// The last attempt to write failed. New mail is refused, changes are kept in memory, and the
    /// store tries again by itself, at least once a second.
    record Failing(String reason, Instant since) implements StoreHealth {}

    /// The file was found to be damaged while it was in use. New mail is refused, and what can be
    /// read is delivered, until the relay is started with a sound one.
    record Damaged(String reason) implements StoreHealth {}

    /// [SqliteStore#close] was called.
    record Closed() implements StoreHealth {}
}
