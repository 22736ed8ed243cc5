package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.MailOrder.Remove.Notice;
import relay.core.queue.QueueEntry;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.routing.Origin;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.smtp.HostLimits;
import relay.core.tls.TlsRequirement;

/// Bad days for the scheduler: hosts, disk, notices, restarts and reloads in any order. [World] checks
/// every offer; here the books are compared at the end.
class SchedulerRandomTest {
    private static final int SEEDS = 100;
    private static final int STEPS = 300;
    private static final SchedulerLimits SMALL =
            new SchedulerLimits(12, 6, 3, 4, 3, 2, Duration.ofSeconds(5), 3);

    @Test
    void whateverHappensEveryRecipientEndsExactlyOnceAndUnderTheFloorInForce() {
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                new Day(seed).live();
            } catch (AssertionError | RuntimeException broken) {
                throw new AssertionError("seed " + seed + ": " + broken.getMessage(), broken);
            }
        }
    }

    private static final class Day {
        private final SplittableRandom random;
        private final World world = new World(SMALL, World.policy(OnTlsFailure.QUEUE));
        private final Set<String> accepted = new TreeSet<>();
        private final List<String> delivered = new ArrayList<>();
        private final List<String> rejected = new ArrayList<>();
        private final Set<SessionId> open = new java.util.HashSet<>();
        private int recipients;

        Day(long seed) {
            random = new SplittableRandom(seed);
        }

        void live() {
            for (int step = 0; step < STEPS; step++) step();
            calmDown();
            assertThat(world.disk.entries)
                    .as(
                            "left on disk; lanes %s, sessions %s",
                            world.scheduler.status(world.now), world.sessions)
                    .isEmpty();
            assertThat(world.scheduler.status(world.now)).as("lanes left").isEmpty();
            var ended = new ArrayList<>(delivered);
            world.notices.forEach(
                    bounce -> bounce.failed().keySet().forEach(r -> ended.add(r.toString())));
            assertThat(ended).as("ended").doesNotHaveDuplicates();
            assertThat(ended).containsExactlyInAnyOrderElementsOf(accepted);
            assertThat(world.notices)
                    .flatExtracting(b -> b.failed().values())
                    .filteredOn(why -> !why.text().startsWith("removed"))
                    .hasSameSizeAs(rejected);
        }

        private void step() {
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> accept();
                case 3, 4 -> someSession().forEach(this::openSession);
                case 5, 6, 7, 8 -> someSession().forEach(this::attempt);
                case 9 -> someSession().forEach(this::end);
                case 10, 11 -> answer();
                case 12 -> tick(Duration.ofSeconds(random.nextInt(3)));
                case 13 -> tick(Duration.ofMinutes(random.nextInt(12)));
                case 14 -> {
                    if (random.nextBoolean()) reload();
                    else operate();
                }
                default -> rarely();
            }
        }

        private void rarely() {
            if (random.nextInt(4) == 0) {
                // What had been ordered of the writer of notices is lost with the process.
                while (!world.pendingAnswers.isEmpty()) answer();
                open.clear();
                world.restart();
            } else {
                var lanes = world.scheduler.status(world.now).stream().map(s -> s.lane()).toList();
                world.on(new SchedulerEvent.RetryAsked(lanes));
            }
        }

        /// The operator holds, releases, removes, suspends and resumes, all of it or one message.
        private void operate() {
            var lanes = world.scheduler.status(world.now).stream().map(s -> s.lane()).toList();
            switch (random.nextInt(6)) {
                case 0 -> world.on(new SchedulerEvent.SuspendAsked(lanes));
                case 1 -> world.on(new SchedulerEvent.ResumeAsked(lanes));
                default -> {
                    MailOrder order =
                            switch (random.nextInt(3)) {
                                case 0 -> new MailOrder.Hold();
                                case 1 -> new MailOrder.Release(MailOrder.Release.Poison.TOO);
                                default -> new MailOrder.Remove(Notice.TO_SENDER);
                            };
                    List<MailChoice> choices =
                            world.disk.entries.values().stream()
                                    .skip(random.nextInt(3))
                                    .limit(1)
                                    .map(entry -> choice(entry))
                                    .toList();
                    world.on(new SchedulerEvent.OrderGiven(0, order, choices));
                }
            }
        }

        private MailChoice choice(QueueEntry entry) {
            return random.nextInt(5) == 0
                    ? new MailChoice.Whole(entry.lane())
                    : new MailChoice.Single(entry.lane(), List.of(entry.id()));
        }

        private void accept() {
            var to = new ArrayList<String>();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                String recipient = "r" + recipients++ + "@d" + random.nextInt(3) + ".example";
                to.add(recipient);
                accepted.add(recipient);
            }
            world.accept(to.toArray(String[]::new));
        }

        private List<SessionId> someSession() {
            List<SessionId> all = List.copyOf(world.sessions.keySet());
            return all.isEmpty() ? List.of() : List.of(all.get(random.nextInt(all.size())));
        }

        private void openSession(SessionId session) {
            if (!open.add(session)) return;
            var limits = new HostLimits(HostLimits.NO_LIMIT, random.nextInt(1, 4), 2);
            world.opened.put(session, limits);
            world.on(new SchedulerEvent.SessionOpened(session, limits));
            world.on(new SchedulerEvent.SessionReady(session, 2));
        }

        private void attempt(SessionId session) {
            if (world.at(session).isEmpty()) return;
            QueueEntry entry = world.at(session).getFirst();
            Map<Mailbox, DeliveryOutcome> outcomes = new LinkedHashMap<>();
            for (Mailbox recipient : entry.recipients())
                outcomes.put(recipient, outcome(recipient));
            world.answer(session, entry, outcomes);
        }

        private DeliveryOutcome outcome(Mailbox recipient) {
            int luck = random.nextInt(6);
            if (luck == 0) {
                rejected.add(recipient.toString());
                return new DeliveryOutcome.Rejected(World.trouble(5));
            }
            if (luck <= 2) return new DeliveryOutcome.Deferred(World.trouble(4));
            delivered.add(recipient.toString());
            return new DeliveryOutcome.Delivered(World.OK);
        }

        private void end(SessionId session) {
            boolean served = open.remove(session);
            if (world.finishing.contains(session)) {
                world.end(session, new Ending.Served(List.of()));
            } else if (served) {
                world.end(session, new Ending.Served(List.of(World.trouble(4))));
            } else {
                world.end(
                        session,
                        random.nextBoolean()
                                ? new Ending.NoHost(World.trouble(4))
                                : new Ending.DemandsUnmet(World.trouble(4)));
            }
        }

        private void answer() {
            Runnable answer = world.pendingAnswers.poll();
            if (answer != null) answer.run();
        }

        private void tick(Duration time) {
            world.now = world.now.plus(time);
            world.on(new SchedulerEvent.Tick());
        }

        private void reload() {
            var floors = new ArrayList<DomainFloor>();
            for (int i = 0; i < 3; i++) {
                if (random.nextBoolean()) floors.add(floor("d" + i + ".example"));
            }
            world.policy = new PolicyTable(List.of(World.connector(OnTlsFailure.QUEUE)), floors);
            world.on(new SchedulerEvent.PolicyChanged(world.policy));
        }

        private static DomainFloor floor(String domain) {
            return new DomainFloor(
                    new DomainPattern.Exact(Domain.parse(domain).orElseThrow()),
                    new Origin("connectors.yaml", 1),
                    new TlsRequirement.EncryptionOnly());
        }

        /// Every host is well from now on; time passes.
        private void calmDown() {
            world.settle();
            var lanes = world.scheduler.status(world.now).stream().map(s -> s.lane()).toList();
            world.on(new SchedulerEvent.ResumeAsked(lanes));
            world.on(
                    new SchedulerEvent.OrderGiven(
                            Long.MAX_VALUE,
                            new MailOrder.Release(MailOrder.Release.Poison.TOO),
                            lanes.stream().<MailChoice>map(MailChoice.Whole::new).toList()));
            world.settle();
            for (int i = 0; i < 3_000 && !world.scheduler.status(world.now).isEmpty(); i++) {
                for (SessionId session : List.copyOf(world.sessions.keySet())) {
                    if (world.finishing.contains(session)) end(session);
                    else openSession(session);
                    while (!world.at(session).isEmpty()) deliver(session);
                }
                world.pass(Duration.ofSeconds(30));
            }
        }

        private void deliver(SessionId session) {
            QueueEntry entry = world.at(session).getFirst();
            entry.recipients().forEach(recipient -> delivered.add(recipient.toString()));
            world.answer(session, entry, new DeliveryOutcome.Delivered(World.OK));
        }
    }
}
