package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.SessionEnd.NotServed;
import relay.core.delivery.Dialer.SessionEnd.Served;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.Connection.Change;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.DeliveryOutcome.Deferred;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.DeliveryOutcome.InDoubt;
import relay.core.queue.DeliveryOutcome.Rejected;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.server.outbound.ScriptedPartner.Script;

/// Hosts that hang up, reset, stall, pipeline weirdly or talk nonsense, on real sockets.
class HostileHostTest {
    private final Outbound outbound = new Outbound(new TrustRoots(Set.of()));
    private final QueueEntry first = outbound.message("one\r\n".getBytes(US_ASCII), "b");
    private final QueueEntry second = outbound.message("two\r\n".getBytes(US_ASCII), "c");

    @AfterEach
    void close() {
        outbound.close();
    }

    private Outbound.Result deliverTo(Script script) {
        try (var partner = ScriptedPartner.start(script)) {
            return outbound.deliver(Outbound.host(partner.port()));
        }
    }

    private static Diagnostic why(DeliveryOutcome outcome) {
        return switch (outcome) {
            case Deferred(var why) -> why;
            case InDoubt(var why) -> why;
            case Rejected(var why) -> why;
            case Delivered _ -> throw new AssertionError("delivered");
        };
    }

    private static NotServed notServed(SessionEnd end) {
        assertThat(end).isInstanceOf(NotServed.class);
        return (NotServed) end;
    }

    /// Up to the go-ahead for the first message.
    private static void upToGoAhead(ScriptedPartner.Wire wire) throws IOException {
        wire.greet("PIPELINING");
        wire.answer("MAIL FROM:", "250 ok");
        wire.answer("RCPT TO:", "250 ok");
        wire.answer("DATA", "354 go");
    }

    @Test
    void aHostThatHangsUpAfterEachMessageCostsTheNextNothing() {
        Outbound.Result result =
                deliverTo(wire -> {
                    wire.greet("PIPELINING");
                    wire.take("250 queued");
                });
        assertThat(result.outcome(first)).isInstanceOf(Delivered.class);
        assertThat(result.returned()).containsExactly(second);
        assertThat(result.end()).isInstanceOf(Served.class);
    }

    @Test
    void aResetAfterTheFinalDotLeavesDoubt() {
        Outbound.Result result =
                deliverTo(wire -> {
                    upToGoAhead(wire);
                    wire.hearContent();
                    wire.reset();
                });
        assertThat(result.outcome(first)).isInstanceOf(InDoubt.class);
        assertThat(result.returned()).containsExactly(second);
    }

    @Test
    void aResetBeforeTheGoAheadOnlyDefers() {
        Outbound.Result result =
                deliverTo(wire -> {
                    wire.greet("PIPELINING");
                    wire.hear();
                    wire.reset();
                });
        assertThat(result.outcome(first)).isInstanceOf(Deferred.class);
        assertThat(why(result.outcome(first)).reason()).isEqualTo(Reason.CONNECTION);
        assertThat(result.returned()).containsExactly(second);
    }

    @Test
    void aHalfCloseIsAnEnd() {
        Outbound.Result result =
                deliverTo(wire -> {
                    upToGoAhead(wire);
                    wire.hearContent();
                    wire.halfClose();
                    wire.listenUntilClosed();
                });
        assertThat(result.outcome(first)).isInstanceOf(InDoubt.class);
    }

    @Test
    void aVerdictAndAGoodbyeInOnePacketCount() {
        Outbound.Result result =
                deliverTo(wire -> {
                    upToGoAhead(wire);
                    wire.hearContent();
                    wire.say("250 queued", "421 4.3.2 bye");
                });
        assertThat(result.outcome(first)).isInstanceOf(Delivered.class);
        assertThat(result.returned()).containsExactly(second);
    }

    @Test
    void repliesInSingleBytesAreReplies() {
        Outbound.Result result =
                deliverTo(wire -> {
                    for (char c : "220-a\r\n220 b\r\n".toCharArray()) wire.sayRaw("" + c);
                    wire.answerHello("PIPELINING");
                    wire.take("250-queued\r\n250 as 1");
                    wire.take("250 as 2");
                    wire.quit();
                });
        assertThat(result.outcome(first)).isInstanceOf(Delivered.class);
        assertThat(result.outcome(second)).isInstanceOf(Delivered.class);
        assertThat(result.end()).isEqualTo(new Served(List.of()));
    }

    @Test
    void repliesThatComeBeforeTheyAreDueAreNotAVerdict() {
        // Given a host that says yes to everything in advance.
        Outbound.Result result =
                deliverTo(wire -> {
                    wire.greet("PIPELINING");
                    wire.hear();
                    wire.say("250 ok", "250 ok", "354 go", "250 queued", "250 queued");
                    wire.listenUntilClosed();
                });

        // Then nothing counts as delivered.
        assertThat(result.outcome(first)).isNotInstanceOf(Delivered.class);
    }

    @Test
    void garbageIsNoGreeting() {
        String[] garbage = {"\u0000\u0001\u0002\r\n", "HTTP/1.1 200 OK\r\n", "x".repeat(20_000)};
        for (String said : garbage) {
            SessionEnd end =
                    deliverTo(
                                    wire -> {
                                        wire.sayRaw(said);
                                        wire.listenUntilClosed();
                                    })
                            .end();
            assertThat(notServed(end).why().reason()).isEqualTo(Reason.CONNECTION);
        }
    }

    @Test
    void aReplyWithoutEndIsCutOff() {
        SessionEnd end =
                deliverTo(
                                wire -> {
                                    try {
                                        while (true) wire.say("220-more");
                                    } catch (IOException _) {
                                        return;
                                    }
                                })
                        .end();
        assertThat(notServed(end).why().text()).contains("a reply without end");
    }

    @Test
    void aHostThatIsNotThereIsNotServed() throws IOException {
        int free;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        // Many at a time: the refusal is then often there before anybody waits for it.
        var ends = new ConcurrentLinkedQueue<SessionEnd>();
        try (var dialers = Executors.newFixedThreadPool(100)) {
            for (int i = 0; i < 2000; i++) {
                var _ = dialers.submit(() -> ends.add(outbound.deliver(Outbound.host(free)).end()));
            }
        }
        assertThat(ends)
                .hasSize(2000)
                .allSatisfy(end -> {
                    assertThat(notServed(end).why().status()).hasToString("4.4.1");
                    assertThat(notServed(end).why().reason()).isEqualTo(Reason.CONNECTION);
                });
        assertThat(outbound.events()).isEmpty();
    }

    @Test
    void aConnectionIsReportedWhenItBeginsAndWhenItEnds() {
        deliverTo(wire -> wire.say("554 5.7.1 go away"));
        assertThat(outbound.events())
                .extracting(event -> ((RelayEvent.Connection) event).change())
                .containsExactly(Change.OPENED, Change.CLOSED);
    }

    @Test
    void theSecondMessageFollowsTheFirstDotBeforeItsVerdict() {
        // Given a host that says what it thinks of the first message only after the second's DATA.
        Outbound.Result result =
                deliverTo(wire -> {
                    upToGoAhead(wire);
                    wire.hearContent();
                    wire.hear();
                    wire.hear();
                    wire.hear();
                    wire.say("250 queued", "250 ok", "250 ok", "354 go");
                    wire.hearContent();
                    wire.say("250 queued");
                    wire.quit();
                });

        // Then both are delivered: nobody waited for the other.
        assertThat(result.outcome(first)).isInstanceOf(Delivered.class);
        assertThat(result.outcome(second)).isInstanceOf(Delivered.class);
    }

    @Test
    void aFaultOfTheObserverCostsNoOtherEntryItsOutcome() {
        // Given an observer that throws where it should write down the first outcome.
        outbound.failOn(first);

        // When a good host takes both messages.
        Outbound.Result result =
                deliverTo(wire -> {
                    wire.greet("PIPELINING");
                    wire.take("250 queued");
                    wire.take("250 queued");
                    wire.quit();
                });

        // Then the session ends, the second was ended or returned, and the fault is reported.
        assertThat(result.outcomes(second).size() + result.returned().size()).isEqualTo(1);
        assertThat(outbound.events()).hasAtLeastOneElementOfType(RelayEvent.Fault.class);
    }
}
