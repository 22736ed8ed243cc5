package relay.server.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import relay.core.address.Domain;
import relay.core.delivery.PartnerCheck;
import relay.core.event.RelayEvent;
import relay.core.tls.PolicyVerdict;
import relay.server.probe.ProbeSchedule.Order;
import relay.server.testing.ProbeSamples;
import relay.server.testing.Samples;

@Timeout(60)
class ProbeScheduleTest {
    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final Duration LATER = Duration.ofHours(1);

    private final BlockingQueue<RelayEvent> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Domain> asked = new LinkedBlockingQueue<>();

    /// What the next looks show, in order; a look waits until there is something.
    private final BlockingQueue<PartnerCheck> shown = new LinkedBlockingQueue<>();

    private final ProbeSchedule schedule =
            new ProbeSchedule(this::look, events::add, () -> Samples.NOON);

    private PartnerCheck look(Domain domain) throws InterruptedException {
        asked.add(domain);
        return shown.take();
    }

    @AfterEach
    void close() {
        schedule.close();
    }

    private static Order bank(Duration every) {
        return new Order("*.bank.example", new Domain("bank.example"), every);
    }

    private RelayEvent event() throws InterruptedException {
        RelayEvent next = events.poll(30, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    @Test
    void theFirstVerdictIsToldAndThenEachOther() throws InterruptedException {
        // Given a partner that is good twice, fails a demand, cannot be reached, and is good again.
        shown.addAll(
                List.of(
                        ProbeSamples.met(),
                        ProbeSamples.met(),
                        ProbeSamples.notMet(),
                        ProbeSamples.notReached(),
                        ProbeSamples.met()));

        // When it is looked at again and again.
        schedule.adopt(List.of(bank(AT_ONCE)));

        // Then the second look, which shows nothing new, is not told.
        assertThat(event()).isEqualTo(turned(PolicyVerdict.MET, ""));
        assertThat(event())
                .isEqualTo(
                        turned(
                                PolicyVerdict.NOT_MET,
                                "mx.bank.example[127.0.0.1]:25: "
                                        + Samples.DEMAND
                                        + ": not-offered (no STARTTLS)"));
        assertThat(event())
                .isEqualTo(
                        turned(
                                PolicyVerdict.NOT_REACHED,
                                "mx.bank.example[127.0.0.1]:25: no answer"));
        assertThat(event()).isEqualTo(turned(PolicyVerdict.MET, ""));
        assertThat(asked.take()).isEqualTo(new Domain("bank.example"));
        assertThat(schedule.latest().values())
                .extracting(PartnerCheck.Dated::at)
                .containsExactly(Samples.NOON);
    }

    private static RelayEvent turned(PolicyVerdict verdict, String why) {
        return new RelayEvent.ProbeTurned("*.bank.example", verdict, why);
    }

    @Test
    void aFaultOfALookIsToldAndTheNextOneComesAllTheSame() throws InterruptedException {
        var faulty =
                new ProbeSchedule(
                        domain -> {
                            if (asked.isEmpty()) {
                                asked.add(domain);
                                throw new IllegalStateException("a bug");
                            }
                            return shown.take();
                        },
                        events::add,
                        () -> Samples.NOON);
        try (faulty) {
            shown.add(ProbeSamples.met());
            faulty.adopt(List.of(bank(AT_ONCE)));
            assertThat(event()).isInstanceOf(RelayEvent.Fault.class);
            assertThat(event()).isEqualTo(turned(PolicyVerdict.MET, ""));
        }
    }

    @Test
    void anOrderThatIsGoneIsForgottenAndALookUnderWayTellsNothing() throws InterruptedException {
        // Given a look under way.
        schedule.adopt(List.of(bank(LATER)));
        asked.take();

        // When its order is replaced by another, and only then the looks show something.
        var other = new Order("other.example", new Domain("other.example"), LATER);
        schedule.adopt(List.of(other));
        asked.take();
        shown.addAll(List.of(ProbeSamples.met(), ProbeSamples.met()));

        // Then the new one alone is known.
        assertThat(event())
                .isEqualTo(new RelayEvent.ProbeTurned("other.example", PolicyVerdict.MET, ""));
        assertThat(schedule.latest()).containsOnlyKeys("other.example");
        schedule.adopt(List.of());
        assertThat(schedule.latest()).isEmpty();
    }

    @Test
    void anOrderThatStandsKeepsItsTurn() throws InterruptedException {
        // Given an entry whose look has ended.
        shown.add(ProbeSamples.met());
        schedule.adopt(List.of(bank(LATER)));
        event();
        asked.take();

        // When a reload brings the same order, with another behind it.
        schedule.adopt(
                List.of(
                        new Order("other.example", new Domain("other.example"), LATER),
                        bank(LATER)));

        // Then the new one alone is looked at now.
        assertThat(asked.take()).isEqualTo(new Domain("other.example"));
        assertThat(asked).isEmpty();
        assertThat(schedule.latest()).containsOnlyKeys("*.bank.example");
    }
}
