package relay.core.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.LaneStatus;
import relay.core.routing.Lane;
import relay.core.smtp.EnhancedStatus;

/// Which alerts stand. Each case has readings at the limit, which are none, and beyond it.
class AlertRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Lane BANK = new Lane("bank", "bank.example", "");
    private static final Lane OTHER = new Lane("bank", "other.example", "");
    private static final AlertRules RULES =
            new AlertRules(Duration.ofHours(1), 10, Duration.ofDays(14));

    private final Known known = new Known();

    @Test
    void aQuietRelayHasNone() {
        known.lanes = List.of(lane(BANK, 10, trouble(Reason.CONNECTION)));
        known.oldest = Map.of("bank", NOW.minus(Duration.ofHours(1)));
        known.certificates = Map.of("listener", NOW.plus(Duration.ofDays(14)));
        known.partners =
                List.of(
                        new Readings.Partner(
                                "bank.example", "", List.of(NOW.plus(Duration.ofDays(14)))));
        known.queueAge = Duration.ofMinutes(1);
        assertThat(told()).isEmpty();
    }

    @Test
    void aPartnersTlsIsBrokenForEachQueueThatWaitsForIt() {
        known.lanes =
                List.of(
                        lane(BANK, 1, trouble(Reason.TLS)),
                        lane(OTHER, 2, trouble(Reason.TLS)),
                        lane(new Lane("bank", "empty.example", ""), 0, trouble(Reason.TLS)));
        assertThat(told())
                .containsExactly(
                        "page RelayPartnerTlsFails{connector=bank, queue=bank/bank.example}:"
                                + " bank/bank.example: demanded TLS is not met, 1 message waits:"
                                + " "
                                + trouble(Reason.TLS).getFirst(),
                        "page RelayPartnerTlsFails{connector=bank, queue=bank/other.example}:"
                                + " bank/other.example: demanded TLS is not met, 2 messages wait:"
                                + " "
                                + trouble(Reason.TLS).getFirst());
    }

    @Test
    void mailThatWaitsLongAndDeepQueuesAreOfAConnector() {
        known.lanes = List.of(lane(BANK, 6, List.of()), lane(OTHER, 5, List.of()));
        known.oldest = Map.of("bank", NOW.minus(Duration.ofMinutes(61)));
        assertThat(told())
                .containsExactly(
                        "page RelayMailWaitsLong{connector=bank}:"
                                + " bank: the oldest message has waited 1h 1m",
                        "ticket RelayQueueDeep{connector=bank}: bank: 11 messages are queued");
    }

    @Test
    void mailThatGoesByAnotherConnectorIsOfTheOneThatIsDown() {
        Lane backup = new Lane("backup", Lane.SMART_HOSTS, "").insteadOf("bank");
        Lane spare = new Lane("spare", Lane.SMART_HOSTS, "").insteadOf("bank");
        Lane again = new Lane("spare", "bank.example", "").insteadOf("bank");

        // Given a next connector that helps no more than the one that is down.
        known.lanes =
                List.of(lane(BANK, 1, trouble(Reason.CONNECTION)), lane(backup, 0, List.of()));
        assertThat(told()).isEmpty();

        // When one behind it does, then that is told once.
        known.lanes =
                List.of(
                        lane(backup, 0, List.of()),
                        served(spare, LaneStatus.Status.ACTIVE),
                        served(again, LaneStatus.Status.READY));
        assertThat(told())
                .containsExactly(
                        "ticket RelayMailFailsOver{connector=bank}: bank: none of its hosts can be"
                                + " reached, its mail goes by spare");
    }

    @Test
    void certificatesThatEndSoonAreOursOrAPartners() {
        known.certificates =
                Map.of("listener", NOW.minusSeconds(1), "tls/b.crt", NOW.plus(Duration.ofDays(20)));
        known.partners =
                List.of(
                        new Readings.Partner(
                                "bank.example",
                                "mx.bank.example: expired",
                                List.of(NOW.plus(Duration.ofDays(2)))));
        assertThat(told())
                .containsExactly(
                        "ticket RelayCertificateEnds{certificate=listener}:"
                                + " our certificate listener has ended on 2026-11-23T11:59:59Z",
                        "ticket RelayPartnerPolicyUnmet{domain=bank.example}: bank.example does not"
                                + " meet our TLS policy: mx.bank.example: expired",
                        "ticket RelayPartnerCertificateEnds{domain=bank.example}: a certificate of"
                                + " bank.example ends in 2d 0h");
    }

    @Test
    void theRelayItselfIsTold() {
        known.notReady = List.of("short of disk space", "nothing listens");
        known.shortOf = List.of("disk space");
        known.queueAge = Duration.ofSeconds(61);
        assertThat(told())
                .containsExactly(
                        "page RelayNotReady{}: mail cannot be accepted and stored: short of disk"
                                + " space; nothing listens",
                        "ticket RelayBackPressure{}: short of disk space: clients are slowed down"
                                + " or refused",
                        "page RelayQueueUnread{}: the queue has not answered for 1m 1s");
    }

    private List<String> told() {
        return RULES.standing(known.readings()).stream()
                .map(alert ->
                        alert.severity().label() + " " + alert.identity() + ": " + alert.summary())
                .toList();
    }

    private static List<Diagnostic> trouble(Reason reason) {
        return List.of(
                Diagnostic.of(reason, new EnhancedStatus(4, 7, 5), "seen", "mx.bank.example"));
    }

    private static LaneStatus lane(Lane lane, long waiting, List<Diagnostic> trouble) {
        return new LaneStatus(
                lane, LaneStatus.Status.RETRY, 0, 0, waiting, 0, 0, NOW, NOW, 0, 0, trouble);
    }

    private static LaneStatus served(Lane lane, LaneStatus.Status status) {
        return new LaneStatus(lane, status, 0, 0, 0, 0, 0, NOW, NOW, 0, 0, List.of());
    }

    private static final class Known {
        private List<LaneStatus> lanes = List.of();
        private Map<String, Instant> oldest = Map.of();
        private Duration queueAge = Duration.ZERO;
        private Map<String, Instant> certificates = Map.of();
        private List<Readings.Partner> partners = List.of();
        private List<String> notReady = List.of();
        private List<String> shortOf = List.of();

        private Readings readings() {
            return new Readings(
                    NOW, lanes, oldest, queueAge, certificates, partners, notReady, shortOf);
        }
    }
}
