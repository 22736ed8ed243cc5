/// Accepting mail over TCP and TLS: Netty around [relay.core.intake].
@NullMarked
package relay.server.listener;

import org.jspecify.annotations.NullMarked;
