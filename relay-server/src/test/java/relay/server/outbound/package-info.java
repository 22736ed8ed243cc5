@NullMarked
package relay.server.outbound;

import org.jspecify.annotations.NullMarked;
