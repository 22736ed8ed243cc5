/// What is demanded of a connection, what it turned out to be, and what is missing.
@NullMarked
package relay.core.tls;

import org.jspecify.annotations.NullMarked;
