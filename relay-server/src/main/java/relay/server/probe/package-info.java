/// Looks at partners' TLS without any mail: once, or on a schedule.
@NullMarked
package relay.server.probe;

import org.jspecify.annotations.NullMarked;
