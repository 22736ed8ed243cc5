package relay.core.intake;

import java.net.InetAddress;
import java.time.Duration;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.routing.ReceiveConnector;
import relay.core.smtp.Reply;

/// Asked at each MAIL whether one more message may come. Any thread; must not block.
public interface MessageGate {
    MessageGate OPEN = (_, _) -> new Verdict.Open();

    /// What the gate says to one message of `client`, which it then counts.
    Verdict ask(ReceiveConnector connector, InetAddress client);

    /// Asks `next` where this one is open.
    default MessageGate then(MessageGate next) {
        return (connector, client) ->
                switch (ask(connector, client)) {
                    case Verdict.Open _ -> next.ask(connector, client);
                    case Verdict.Slow slow -> slow;
                    case Verdict.Shut shut -> shut;
                };
    }

    sealed interface Verdict {
        record Open() implements Verdict {}

        /// It may come, and the client then has to wait for `pause`.
        record Slow(Duration pause) implements Verdict {}

        record Shut(Limit limit, Reply reply) implements Verdict {}
    }
}
