/// Runs the scheduler: hears events, carries out its actions.
@NullMarked
package relay.server.engine;

import org.jspecify.annotations.NullMarked;
