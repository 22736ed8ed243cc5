/// The user's benchmark: a load generator and a next hop around a relay of its own.
@NullMarked
package relay.bench;

import org.jspecify.annotations.NullMarked;
