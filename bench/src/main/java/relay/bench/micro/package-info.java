/// Parts of the hot path, one by one.
@NullMarked
package relay.bench.micro;

import org.jspecify.annotations.NullMarked;
