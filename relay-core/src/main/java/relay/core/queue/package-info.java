/// Messages in the queue, what became of an attempt, and the pure scheduler.
@NullMarked
package relay.core.queue;

import org.jspecify.annotations.NullMarked;
