package relay.server.dns;

import java.time.Duration;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import relay.core.delivery.Resolver.Security;

/// Where single responses come from. Thread-safe; blocks until the deadline at most.
interface DnsSource {

    Exchange ask(Name name, int type, Deadline deadline);

    /// Whether responses can be secure now.
    boolean validates();

    /// Finds out anew whether they can, where that depends on the servers.
    default void test() {}

    sealed interface Exchange {
        /// A response without fault, in the sense of [Judgement#fault].
        record Answered(Message response, Security security) implements Exchange {}

        record Unanswered(String detail) implements Exchange {}
    }

    /// When a look-up must be over, by the clock that never jumps.
    record Deadline(long nanoTime) {
        static Deadline in(Duration duration) {
            return new Deadline(System.nanoTime() + duration.toNanos());
        }

        Duration left() {
            return Duration.ofNanos(nanoTime - System.nanoTime());
        }
    }
}
