/// Deterministic simulation of the whole relay: virtual time, a simulated network, DNS and disk,
/// and partner hosts and clients that keep their own books.
@NullMarked
package relay.core.simulation;

import org.jspecify.annotations.NullMarked;
