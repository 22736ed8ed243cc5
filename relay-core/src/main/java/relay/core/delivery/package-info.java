/// Planning an outbound connection, and the outbound dialogue as a state machine.
@NullMarked
package relay.core.delivery;

import org.jspecify.annotations.NullMarked;
