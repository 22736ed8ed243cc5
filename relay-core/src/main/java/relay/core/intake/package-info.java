/// The inbound dialogue as a state machine.
@NullMarked
package relay.core.intake;

import org.jspecify.annotations.NullMarked;
