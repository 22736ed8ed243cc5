/// Alerts by webhook: looks at what is known, and posts what begins and what ends.
@NullMarked
package relay.server.alert;

import org.jspecify.annotations.NullMarked;
