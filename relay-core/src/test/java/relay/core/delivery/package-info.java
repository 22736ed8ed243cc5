@NullMarked
package relay.core.delivery;

import org.jspecify.annotations.NullMarked;
