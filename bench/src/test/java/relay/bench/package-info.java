@NullMarked
package relay.bench;

import org.jspecify.annotations.NullMarked;
