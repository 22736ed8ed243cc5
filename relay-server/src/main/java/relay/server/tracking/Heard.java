package relay.server.tracking;

import java.time.Instant;
import relay.core.event.RelayEvent;

/// An event on its way to the writer, with the time at which it was heard.
record Heard(Instant time, RelayEvent event) {}
