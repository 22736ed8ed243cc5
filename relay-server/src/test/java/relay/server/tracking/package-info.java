@NullMarked
package relay.server.tracking;

import org.jspecify.annotations.NullMarked;
