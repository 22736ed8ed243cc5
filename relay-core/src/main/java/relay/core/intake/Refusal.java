package relay.core.intake;

import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.smtp.Reply;

/// Why we say no to a client: what it went beyond, and what it hears.
record Refusal(Limit limit, Reply reply) {}
