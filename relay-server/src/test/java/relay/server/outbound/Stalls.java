package relay.server.outbound;

import java.time.Duration;
import relay.core.delivery.DialogueTimeouts;

/// Time limits for tests of a stall: short for the step in question and no other, so that a slow
/// machine makes no difference.
final class Stalls {
    private static final Duration SHORT = Duration.ofMillis(200);

    private Stalls() {}

    enum Step {
        GREETING,
        HELLO,
        TLS,
        MAIL,
        RECIPIENT,
        DATA,
        CONTENT,
        FINAL_DOT,
        QUIT
    }

    static DialogueTimeouts only(DialogueTimeouts others, Step step) {
        return new DialogueTimeouts(
                others.connect(),
                step == Step.GREETING ? SHORT : others.greeting(),
                step == Step.HELLO ? SHORT : others.hello(),
                step == Step.TLS ? SHORT : others.tls(),
                step == Step.MAIL ? SHORT : others.mail(),
                step == Step.RECIPIENT ? SHORT : others.recipient(),
                step == Step.DATA ? SHORT : others.data(),
                step == Step.CONTENT ? SHORT : others.block(),
                step == Step.FINAL_DOT ? SHORT : others.finalDot(),
                step == Step.QUIT ? SHORT : others.quit(),
                others.idle());
    }
}
