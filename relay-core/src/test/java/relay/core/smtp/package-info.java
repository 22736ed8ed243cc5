@NullMarked
package relay.core.smtp;

import org.jspecify.annotations.NullMarked;
