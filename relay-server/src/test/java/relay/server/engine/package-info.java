/// The runner around the scheduler, with a store and sessions that do what a test wants.
@NullMarked
package relay.server.engine;

import org.jspecify.annotations.NullMarked;
