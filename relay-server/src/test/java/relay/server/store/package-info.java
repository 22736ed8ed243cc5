/// Tests of the durable queue, with a real file, real transactions and real crashes.
@NullMarked
package relay.server.store;

import org.jspecify.annotations.NullMarked;
