package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.delivery.Dialer.SessionEnd.Served;
import relay.core.delivery.DialogueTimeouts;
import relay.core.delivery.HostPlan;
import relay.core.event.RelayEvent;
import relay.core.queue.ContentSource;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.routing.ProtocolLogging;

/// A content over which the relay itself fails, on the way out.
class PoisonContentTest {
    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class})
    void theSessionEndsAsPoisonAndWhatWentBeforeIsDelivered(Class<? extends Throwable> fault) {
        // Given a good message, and one that nobody can handle.
        try (var outbound =
                        new Outbound(
                                new TrustRoots(Set.of()),
                                DialogueTimeouts.DEFAULT,
                                contents -> failing(contents, fault));
                var partner =
                        ScriptedPartner.start(wire -> {
                            wire.greet("PIPELINING");
                            wire.take("250 queued");
                            wire.answer("MAIL FROM:", "250 ok");
                            wire.answer("RCPT TO:", "250 ok");
                            wire.answer("DATA", "354 go");
                            wire.listenUntilClosed();
                        })) {
            QueueEntry good = outbound.message("one\r\n".getBytes(US_ASCII), "b");
            QueueEntry poison = outbound.message("poison\r\n".getBytes(US_ASCII), "c");

            // When both are sent.
            HostPlan host = Outbound.host(partner.port());
            var result = outbound.deliver(TranscriptTest.logged(host, ProtocolLogging.ERRORS));

            // Then the session ends with the reason that the scheduler knows, the good one has its
            // outcome, and nothing is said of the other.
            assertThat(result.end())
                    .isInstanceOfSatisfying(
                            Served.class,
                            served ->
                                    assertThat(served.trouble())
                                            .singleElement()
                                            .satisfies(why -> {
                                                assertThat(why.reason()).isEqualTo(Reason.POISON);
                                                assertThat(why.text()).contains("odd");
                                            }));
            assertThat(result.outcome(good)).isInstanceOf(Delivered.class);
            assertThat(result.outcomes(poison)).isEmpty();
            assertThat(outbound.events()).anyMatch(RelayEvent.Fault.class::isInstance);
            assertThat(outbound.transcript.getLast().text()).startsWith("a fault of ours");
        }
    }

    private static ContentSource failing(
            Map<QueueId, byte[]> contents, Class<? extends Throwable> fault) {
        ContentSource all = new Outbound.InMemory().over(contents);
        return new ContentSource() {
            @Override
            public Reading open(QueueId id) {
                return all.open(id);
            }

            @Override
            public byte[] inMemory(QueueId id) {
                byte[] content = all.inMemory(id);
                if (content.length > 5 && fault == StackOverflowError.class) {
                    throw new StackOverflowError("it is odd");
                }
                if (content.length > 5) throw new IllegalStateException("it is odd");
                return content;
            }
        };
    }
}
