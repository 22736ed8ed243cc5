/// The policy table: connectors, address spaces, smart hosts, TLS floors, and the route of a
/// domain.
@NullMarked
package relay.core.routing;

import org.jspecify.annotations.NullMarked;
