package relay.core.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import relay.core.delivery.DialogueTimeouts.Wait;
import relay.core.delivery.SessionOutput.Secrecy;

/// Collects what a session wants done in answer to one input. Confined to the session's thread.
final class Outbox {
    private final DialogueTimeouts timeouts;
    private List<SessionOutput> outputs = new ArrayList<>();

    Outbox(DialogueTimeouts timeouts) {
        this.timeouts = timeouts;
    }

    void add(SessionOutput output) {
        outputs.add(output);
    }

    /// Sends `text`, which has its line ends.
    void send(String text) {
        add(new SessionOutput.Send(StandardCharsets.UTF_8.encode(text), text, Secrecy.NONE));
    }

    /// Sends `text`, of which only `shown` may ever be written down.
    void sendCredentials(String text, String shown) {
        add(
                new SessionOutput.Send(
                        StandardCharsets.UTF_8.encode(text), shown, Secrecy.CREDENTIALS));
    }

    void await(Wait wait) {
        add(new SessionOutput.Await(timeouts.of(wait)));
    }

    Duration limit(Wait wait) {
        return timeouts.of(wait);
    }

    List<SessionOutput> drain() {
        List<SessionOutput> drained = outputs;
        outputs = new ArrayList<>();
        return drained;
    }
}
