/// Accepting mail: the inbound SMTP dialogue as a state machine (RFC 5321), its limits, and the
/// choice of the receive connector.
@NullMarked
package relay.core.intake;

import org.jspecify.annotations.NullMarked;
