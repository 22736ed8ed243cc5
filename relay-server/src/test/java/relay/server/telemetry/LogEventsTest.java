package relay.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueEntry;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet;
import relay.server.testing.Samples;

class LogEventsTest {
    /// `key=bare` or `key="quoted with \" escapes"`, separated by single spaces, and nothing else.
    private static final Pattern PAIRS =
            Pattern.compile("(?:(?:^| )[a-z]+=(?:[!-~&&[^\"\\\\]]+|\"(?:[^\"\\\\]|\\\\.)*\"))+");

    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("test.mail");
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();
    private final LogEvents log = new LogEvents(logger, System::nanoTime);

    @BeforeEach
    void listen() {
        written.start();
        logger.addAppender(written);
        logger.setLevel(Level.DEBUG);
    }

    @Test
    void everyKindOfEventIsOneLineOfPairsWhateverStrangersPutIn() {
        // Given an event of every kind, full of line ends, quotes and control characters.
        List<RelayEvent> events = HostileEvents.all();
        assertThat(events.stream().map(RelayEvent::getClass).collect(Collectors.toSet()))
                .isEqualTo(Set.copyOf(Arrays.asList(RelayEvent.class.getPermittedSubclasses())));

        // When they are logged.
        events.forEach(log::on);

        // Then each is one line of pairs, with nothing a terminal would obey.
        assertThat(lines()).hasSameSizeAs(events);
        assertThat(lines())
                .allSatisfy(line -> {
                    assertThat(line).matches(PAIRS);
                    assertThat(line.codePoints())
                            .noneMatch(Character::isISOControl)
                            .noneMatch(c -> c == 0x2028 || c == 0x2029 || c == 0x202e);
                    assertThat(line).doesNotStartWith("queue=FAKE").doesNotContain("\nqueue=FAKE");
                });
    }

    @Test
    void aDeliveryCarriesItsTlsProof() {
        // Given a delivery over TLS whose demand for a name was met.
        QueueEntry entry = entry();
        var demand = new TlsDemand.TrustedName(Samples.DEMAND.source(), Set.of("mx.bank.example"));
        var tls =
                new Evidence.Encrypted(
                        Evidence.TlsVersion.TLS_1_3,
                        "TLS_AES_256_GCM_SHA384",
                        "X25519",
                        new Evidence.ChainVerdict.Trusted(),
                        Set.of("mx.bank.example"),
                        List.of());
        var proof = new TlsProof("mx.bank.example[192.0.2.7]:25", List.of(demand), tls);
        var reply = new Reply(250, List.of("2.0.0 queued as 7F3A"));

        // When it is logged.
        log.on(
                new RelayEvent.Delivered(
                        entry, entry.recipients(), reply, proof, Samples.NOON.plusMillis(1234)));

        // Then the line says to whom, through whom, under which demand, and how fast.
        assertThat(lines())
                .containsExactly(
                        "queue="
                                + entry.id()
                                + " to=<bob@bank.example> relay=mx.bank.example[192.0.2.7]:25"
                                + " lane=bank/bank.example tls=TLSv1.3"
                                + " cipher=TLS_AES_256_GCM_SHA384 group=X25519 verified=name"
                                + " demands=\"a trusted certificate for mx.bank.example (connector"
                                + " bank)\" delay=1.234 attempts=0 dsn=2.0.0 status=sent"
                                + " reply=\"250 2.0.0 queued as 7F3A\"");
        assertThat(written.list.getFirst().getLevel()).isEqualTo(Level.INFO);
    }

    @Test
    void aDeferralByTlsNamesEachUnmetDemandWhoseItIsAndWhatWasSeenAsAWarning() {
        // Given mail that waits because its partner offers no TLS.
        QueueEntry entry = entry();
        var event =
                new RelayEvent.Deferred(
                        entry,
                        entry.recipients(),
                        Samples.unmetDemand(),
                        Samples.NOON.plusSeconds(60),
                        RelayEvent.Deferred.Certainty.NOT_DELIVERED);

        // When it is logged.
        log.on(event);

        // Then the line can be acted upon, and is a warning.
        assertThat(lines().getFirst())
                .contains(" status=deferred reason=tls why=\"a TLS demand was not met\"")
                .contains(
                        " unmet=\"encryption (connector bank): not-offered (no STARTTLS in EHLO)\"")
                .contains(" next=2026-11-23T12:01:00Z dsn=4.7.5 ")
                .doesNotContain("duplicate=");
        assertThat(written.list.getFirst().getLevel()).isEqualTo(Level.WARN);
    }

    @Test
    void anOrdinaryDeferralIsNoWarning() {
        // Given a greylisting host.
        QueueEntry entry = entry();
        var why = Diagnostic.said(new Reply(451, List.of("4.7.1 later")), "RCPT TO", "mx[::1]:25");

        // When the deferral is logged.
        log.on(
                new RelayEvent.Deferred(
                        entry,
                        entry.recipients(),
                        why,
                        Samples.NOON,
                        RelayEvent.Deferred.Certainty.POSSIBLY_DELIVERED));

        // Then it is information, and says that the host may have the message.
        assertThat(written.list.getFirst().getLevel()).isEqualTo(Level.INFO);
        assertThat(lines().getFirst())
                .endsWith("reply=\"451 4.7.1 later\" duplicate=possible")
                .contains("reason=reply");
    }

    @Test
    void troubleOfALaneAWarningAndTroubleOfTheRelayAnError() {
        // Given a lane without a host that meets the demands, and a full disk.
        var unmet = new Unmet(Samples.DEMAND, Unmet.Shortfall.EXPIRED, "since yesterday");
        var timeout =
                Diagnostic.of(
                        Diagnostic.Reason.TIMEOUT,
                        new EnhancedStatus(4, 4, 1),
                        "no greeting",
                        "mx.bank.example[192.0.2.7]:25");

        // When they are logged.
        log.on(new RelayEvent.DemandsUnmet(Samples.BANK, "mx.bank.example", List.of(unmet)));
        log.on(new RelayEvent.LaneFailed(Samples.BANK, timeout, Samples.NOON, 7));
        log.on(new RelayEvent.Fault("store", "disk full"));

        // Then each has its level and the facts.
        assertThat(written.list)
                .extracting(ILoggingEvent::getLevel)
                .containsExactly(Level.WARN, Level.WARN, Level.ERROR);
        assertThat(lines())
                .containsExactly(
                        "lane=bank/bank.example relay=mx.bank.example status=tls-failed"
                                + " reason=expired unmet=\"encryption (connector bank): expired"
                                + " (since yesterday)\"",
                        "lane=bank/bank.example relay=mx.bank.example[192.0.2.7]:25 waiting=7"
                                + " next=2026-11-23T12:00:00Z dsn=4.4.1 status=lane-failed"
                                + " reason=timeout why=\"no greeting\"",
                        "status=fault what=store detail=\"disk full\"");
    }

    @Test
    void aMessageThatFailsOverSaysByWhomAndWhyAndThatItCameBack() {
        // Given mail of the bank, whose host cannot be reached.
        QueueEntry entry = entry();
        var refused =
                Diagnostic.of(
                        Diagnostic.Reason.CONNECTION,
                        new EnhancedStatus(4, 4, 1),
                        "connection refused",
                        "mx.bank.example[192.0.2.7]:25");
        var away = Samples.FILTER.insteadOf("bank");

        // When it goes by another connector, and the bank's is back.
        log.on(new RelayEvent.FailedOver(entry, entry.recipients(), away, List.of(refused)));
        log.on(new RelayEvent.FailedBack(entry, entry.recipients(), Samples.BANK));

        // Then both are told, as what happened to the message.
        assertThat(lines())
                .containsExactly(
                        "queue="
                                + entry.id()
                                + " to=<bob@bank.example> lane=bank/bank.example"
                                + " status=failed-over by=filter reason=connection"
                                + " why=\"connection refused\"",
                        "queue="
                                + entry.id()
                                + " to=<bob@bank.example> lane=bank/bank.example"
                                + " status=failed-back by=bank");
    }

    @Test
    void connectionsAreOnlyForDebugging() {
        // Given the level at which the relay runs.
        logger.setLevel(Level.INFO);

        // When a connection opens.
        log.on(
                new RelayEvent.Connection(
                        RelayEvent.Connection.Direction.INBOUND,
                        RelayEvent.Connection.Change.OPENED,
                        "192.0.2.1"));

        // Then nothing is written.
        assertThat(written.list).isEmpty();
    }

    private static QueueEntry entry() {
        return Samples.entry(1, Samples.BANK, Samples.mailbox("bob", "bank.example"));
    }

    private List<String> lines() {
        return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
