/// Which mail is attempted when, over how many connections: pure decisions about the queue.
@NullMarked
package relay.core.scheduler;

import org.jspecify.annotations.NullMarked;
