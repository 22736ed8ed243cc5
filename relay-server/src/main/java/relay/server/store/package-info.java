/// The durable queue on SQLite. No other package speaks JDBC; `docs/queue.md` tells what is on disk
/// and what a crash leaves.
@NullMarked
package relay.server.store;

import org.jspecify.annotations.NullMarked;
