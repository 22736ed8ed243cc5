/// MTA-STS: fetches the policies of partners over HTTPS and keeps them.
@NullMarked
package relay.server.sts;

import org.jspecify.annotations.NullMarked;
