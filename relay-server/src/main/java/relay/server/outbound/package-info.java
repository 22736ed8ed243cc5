/// The outbound side of the wire: connects to hosts, does TLS, and drives
/// [relay.core.delivery.OutboundSession] on an event loop.
@NullMarked
package relay.server.outbound;

import org.jspecify.annotations.NullMarked;
