/// The message tracking log: a record of every event of a message's life with the TLS proof of every
/// delivery, written, kept within bounds, and read again.
@NullMarked
package relay.server.tracking;

import org.jspecify.annotations.NullMarked;
