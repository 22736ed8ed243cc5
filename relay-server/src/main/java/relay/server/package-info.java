/// The composition root: the one place where the adapters meet.
@NullMarked
package relay.server;

import org.jspecify.annotations.NullMarked;
