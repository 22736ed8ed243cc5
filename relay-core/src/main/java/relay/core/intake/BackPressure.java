package relay.core.intake;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.routing.ReceiveConnector;
import relay.core.smtp.Reply;

/// Lets clients feel it when the relay runs short of something: first each message costs them a
/// pause, then they are told to come back. What was acknowledged is not touched by it.
///
/// It slows down at four fifths of a limit and stops at the limit. It goes on, slowly, below nine
/// tenths, and at full speed below seven tenths, so that it does not swing. One thread tells it
/// [#update]; any thread asks.
public final class BackPressure implements MessageGate {
    static final Duration PAUSE = Duration.ofSeconds(1);
    private static final double SLOW_FROM = 0.8;
    private static final double STOP_FROM = 1.0;
    private static final double GO_ON_BELOW = 0.9;
    private static final double EASE_BELOW = 0.7;
    private static final State NONE = new State(Level.NONE, Resource.DISK);

    /// What the relay can run short of.
    public enum Resource {
        DISK("disk space"),
        MEMORY("memory"),
        QUEUE("room in the queue"),
        COMMIT("disk speed");

        private final String words;

        Resource(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    public enum Level {
        NONE(0),
        SLOWING(1),
        STOPPED(2);

        private final int number;

        Level(int number) {
            this.number = number;
        }

        /// As the metric has it.
        public int number() {
            return number;
        }
    }

    /// How much of a resource is used, as a part of its limit: 1 is at the limit.
    public record Use(Resource resource, double part) {}

    /// The level, and the resource that is shortest.
    public record State(Level level, Resource resource) {}

    private volatile State state = NONE;

    public State state() {
        return state;
    }

    /// Takes what was measured; `uses` has at least one.
    public void update(List<Use> uses) {
        Use worst = uses.stream().max(Comparator.comparingDouble(Use::part)).orElseThrow();
        state = new State(next(state.level(), worst.part()), worst.resource());
    }

    private static Level next(Level now, double part) {
        if (part >= STOP_FROM) return Level.STOPPED;
        return switch (now) {
            case NONE -> part >= SLOW_FROM ? Level.SLOWING : Level.NONE;
            case SLOWING -> part < EASE_BELOW ? Level.NONE : Level.SLOWING;
            case STOPPED -> {
                if (part >= GO_ON_BELOW) yield Level.STOPPED;
                yield part < EASE_BELOW ? Level.NONE : Level.SLOWING;
            }
        };
    }

    @Override
    public Verdict ask(ReceiveConnector connector, InetAddress client) {
        State now = state;
        return switch (now.level()) {
            case NONE -> new Verdict.Open();
            case SLOWING -> new Verdict.Slow(PAUSE);
            case STOPPED -> new Verdict.Shut(Limit.PRESSURE, refusal(now.resource()));
        };
    }

    private static Reply refusal(Resource resource) {
        return Reply.of(452, 3, 1, "Short of " + resource.words() + ", try again later");
    }
}
