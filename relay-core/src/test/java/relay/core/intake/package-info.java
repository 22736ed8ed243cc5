@NullMarked
package relay.core.intake;

import org.jspecify.annotations.NullMarked;
