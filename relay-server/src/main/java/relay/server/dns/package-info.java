/// The DNS, asked with dnsjava.
@NullMarked
package relay.server.dns;

import org.jspecify.annotations.NullMarked;
