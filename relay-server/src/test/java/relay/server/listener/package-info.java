@NullMarked
package relay.server.listener;

import org.jspecify.annotations.NullMarked;
