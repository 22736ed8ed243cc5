package relay.server.telemetry;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;

/// Tells every one of `sinks`, in order, on the caller's thread. A fault in one is logged and keeps
/// the event from neither the others nor the caller, who has mail to move.
public record FanOut(List<EventSink> sinks) implements EventSink {
    private static final Logger LOG = LoggerFactory.getLogger(FanOut.class);

    public FanOut {
        sinks = List.copyOf(sinks);
    }

    @Override
    public void on(RelayEvent event) {
        for (EventSink sink : sinks) {
            try {
                sink.on(event);
            } catch (RuntimeException fault) {
                LOG.error("{} failed at {}", sink, event.getClass().getSimpleName(), fault);
            }
        }
    }
}
