/// The admin port: metrics, health, the queue as JSON, and a page that shows it.
@NullMarked
package relay.server.admin;

import org.jspecify.annotations.NullMarked;
