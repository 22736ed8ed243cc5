/// Everything that happens to mail, as values.
@NullMarked
package relay.core.event;

import org.jspecify.annotations.NullMarked;
