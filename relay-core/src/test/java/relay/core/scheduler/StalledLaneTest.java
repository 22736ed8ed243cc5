package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.scheduler.SchedulerEvent.Ending;

/// A thousand partners, of whom some accept connections and then say nothing, in virtual time: the
/// others must not notice. The scheduler is the real one, with its real limits.
class StalledLaneTest {
    private static final int LANES = 1000;
    private static final int ROUNDS = 15;
    private static final int BACKLOG = 4_000;
    private static final Duration SETUP = Duration.ofMillis(200);
    private static final Duration MESSAGE = Duration.ofMillis(100);
    private static final Duration TICK = Duration.ofMillis(250);

    /// How long a host may take for its greeting.
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Test
    void oneStalledPartnerOfAThousandDelaysNobody() {
        // Given mail for a thousand partners over three quarters of a minute, and the same where
        // one of
        // them stalls and has a backlog beside.
        List<Duration> well = new Play(0).run();
        List<Duration> withOne = new Play(1).run();

        // Then everybody else's mail is there, and no later.
        System.out.println("all well:     " + figures(well));
        System.out.println("one stalled:  " + figures(withOne));
        assertThat(withOne).hasSize(well.size() / LANES * (LANES - 1));
        assertThat(percentile(withOne, 99)).isLessThanOrEqualTo(percentile(well, 99).plus(TICK));
        assertThat(withOne.getLast()).isLessThanOrEqualTo(well.getLast().plus(TICK));
    }

    @Test
    void twoHundredStalledPartnersWithABacklogDoNotTakeEveryConnection() {
        // Given two hundred partners who stall and have the first word, when mail for the others
        // comes, then hardly any of it waits for longer than connections take to change hands.
        List<Duration> many = new Play(200).run();
        System.out.println("200 stalled:  " + figures(many));
        assertThat(many).hasSize(ROUNDS * (LANES - 200));
        assertThat(percentile(many, 99)).isLessThan(Duration.ofSeconds(2));
        assertThat(many.getLast()).isLessThan(Duration.ofSeconds(5));
    }

    private static String figures(List<Duration> latencies) {
        return "%d messages, median %s, 99%% %s, last %s"
                .formatted(
                        latencies.size(),
                        percentile(latencies, 50),
                        percentile(latencies, 99),
                        latencies.getLast());
    }

    private static Duration percentile(List<Duration> sorted, int percent) {
        return sorted.get((sorted.size() - 1) * percent / 100);
    }

    private static final class Play {
        private record Event(Instant at, long number, Runnable what) {}

        private final World world = World.simple();
        private final PriorityQueue<Event> events =
                new PriorityQueue<>(
                        Comparator.comparing(Event::at).thenComparingLong(Event::number));
        private final List<Duration> latencies = new ArrayList<>();
        private final Set<SessionId> known = new HashSet<>();
        private final Set<SessionId> busy = new HashSet<>();
        private final int stalled;
        private long number;

        Play(int stalled) {
            this.stalled = stalled;
        }

        List<Duration> run() {
            for (int i = 0; i < (stalled == 0 ? 0 : BACKLOG); i++) {
                world.accept("x@d" + i % stalled + ".example");
            }
            attend();
            for (int round = 0; round < ROUNDS; round++) {
                for (int lane = 0; lane < LANES; lane++) {
                    String to = "x@d" + lane + ".example";
                    at(World.START.plusMillis(3000L * round + 3L * lane), () -> world.accept(to));
                }
            }
            for (int tick = 1; tick < 4 * 3 * (ROUNDS + 20); tick++) {
                at(World.START.plus(TICK.multipliedBy(tick)), () -> world.pass(Duration.ZERO));
            }
            while (!events.isEmpty()) {
                Event next = events.poll();
                world.now = next.at();
                next.what().run();
                world.settle();
                attend();
            }
            Collections.sort(latencies);
            return latencies;
        }

        private void attend() {
            for (SessionId session = world.stirred.poll();
                    session != null;
                    session = world.stirred.poll()) {
                if (!world.sessions.containsKey(session)) continue;
                if (known.add(session)) begin(session);
                work(session);
                leave(session);
            }
        }

        private void begin(SessionId session) {
            Lane lane = Objects.requireNonNull(world.sessions.get(session));
            String name = lane.nextHop();
            int partner = Integer.parseInt(name.substring(1, name.indexOf('.')));
            if (partner < stalled) {
                after(PATIENCE, () -> end(session, new Ending.NoHost(World.trouble(4))));
            } else {
                after(SETUP, () -> world.open(session));
            }
        }

        private void work(SessionId session) {
            if (world.at(session).isEmpty() || !busy.add(session)) return;
            after(
                    MESSAGE,
                    () -> {
                        busy.remove(session);
                        QueueEntry entry = world.at(session).getFirst();
                        latencies.add(Duration.between(entry.envelope().acceptedAt(), world.now));
                        world.answer(session, entry, new DeliveryOutcome.Delivered(World.OK));
                        world.stirred.add(session);
                    });
        }

        private void leave(SessionId session) {
            if (!world.at(session).isEmpty() || !world.finishing.remove(session)) return;
            end(session, new Ending.Served(List.of()));
        }

        private void end(SessionId session, Ending ending) {
            world.end(session, ending);
        }

        private void after(Duration time, Runnable what) {
            at(world.now.plus(time), what);
        }

        private void at(Instant time, Runnable what) {
            events.add(new Event(time, ++number, what));
        }
    }
}
