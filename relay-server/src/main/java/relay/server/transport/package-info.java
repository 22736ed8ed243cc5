/// The threads and sockets that both SMTP dialogues share: Netty's event loops.
@NullMarked
package relay.server.transport;

import org.jspecify.annotations.NullMarked;
