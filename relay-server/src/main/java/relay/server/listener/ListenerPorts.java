package relay.server.listener;

import java.time.InstantSource;
import java.util.function.Supplier;
import relay.core.event.EventSink;
import relay.core.intake.MessageGate;
import relay.core.queue.MessageStore;
import relay.core.routing.PolicyTable;

/// What a listener needs of the rest of the relay. `policy` gives the table in force; it is asked
/// once a transaction, on event loops; `gate` once a message.
public record ListenerPorts(
        Supplier<PolicyTable> policy,
        MessageStore store,
        EventSink events,
        InstantSource clock,
        MessageGate gate) {}
