package relay.core.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.address.Domain;
import relay.core.queue.Envelope;
import relay.core.queue.Envelope.Need;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.smtp.MailParameters.Returned;
import relay.core.tls.MessageTls;

/// What is made of an exported message.
class ReplayTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final QueueId ID = new QueueId(1L << 50);
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @Test
    void theEnvelopeComesBackWithItsDemandAndItsWishesAndIsRoutedAfresh() {
        // Given an export for two domains with all that an envelope can say.
        QueuedMessage message =
                message(
                        "Received: x\r\n\r\n\u00e9\r\n",
                        "X-Sender: <a@sender.example> BODY=8BITMIME RET=HDRS ENVID=QQ1",
                        "X-Receiver: <bob@bank.example> NOTIFY=SUCCESS ORCPT=rfc822;b@bank.example",
                        "X-Receiver: <carol@clinic.example>",
                        "X-ReceiveConnector: internal",
                        "X-RequireTls: yes");

        // Then the envelope says the same, under a new id.
        Envelope envelope = message.envelope();
        assertThat(envelope.id()).isEqualTo(ID);
        assertThat(envelope.acceptedAt()).isEqualTo(NOW);
        assertThat(envelope.receiveConnector()).isEqualTo("internal");
        assertThat(envelope.needs()).isEqualTo(Set.of(Need.EIGHT_BIT_MIME));
        assertThat(envelope.messageTls()).isEqualTo(MessageTls.REQUIRED);
        assertThat(envelope.noticeRequest().returned()).isEqualTo(Returned.HEADER);
        assertThat(envelope.noticeRequest().envelopeId()).isEqualTo("QQ1");

        // And each recipient has the lane of the policy in force, with its own wishes.
        assertThat(message.entries())
                .extracting(entry -> entry.lane().toString())
                .containsExactly(
                        lane("bank.example", envelope.binding()),
                        lane("clinic.example", envelope.binding()));
        QueueEntry bank = message.entries().getFirst();
        assertThat(bank.envelope().noticeRequest().of(bank.recipients().getFirst()))
                .hasToString(" NOTIFY=SUCCESS ORCPT=rfc822;b@bank.example");
    }

    @Test
    void theNullSenderAndAnUnknownConnectorWillDo() {
        QueuedMessage message =
                message("Received: x\r\n\r\nt", "x-sender: <>", "x-receiver: <a@bank.example>");
        assertThat(message.envelope().sender()).hasToString("");
        assertThat(message.envelope().receiveConnector()).isEqualTo(Envelope.REPLAYED);
        assertThat(message.envelope().sizeBytes()).isEqualTo(16);
    }

    @Test
    void whatTheContentSaysOfTlsCountsUnlessTheEnvelopeDemandsIt() {
        String content = "TLS-Required: No\r\n\r\nt\r\n";
        String[] envelope = {"X-Sender: <a@b.example>", "X-Receiver: <a@bank.example>"};
        assertThat(message(content, envelope).envelope().messageTls())
                .isEqualTo(MessageTls.NOT_REQUIRED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    X-Receiver: <a@b.example>                       | one X-Sender line; here are 0
                    X-Sender: <>^X-Sender: <>^X-Receiver: <a@b.ex>  | one X-Sender line; here are 2
                    X-Sender: <a@b.example>                         | no X-Receiver line
                    X-Sender: a b^X-Receiver: <a@b.example>         | not a sender: X-Sender: a b
                    X-Sender: <>^X-Receiver: <postmaster>           | not a recipient: X-Receiver: <postmaster>
                    X-Sender: <>^X-Receiver: <a@b> BAD=1            | not a recipient: X-Receiver: <a@b> BAD=1
                    X-Sender: <>^X-Receiver: <a@b.ex>^X-RequireTls: no | X-RequireTls is yes
                    """)
    void anEnvelopeThatIsNoneIsRefusedWithTheLine(String lines, String why) {
        assertThat(Replay.of(List.of(lines.split("\\^")), Fixtures.policy()))
                .isInstanceOfSatisfying(
                        Replay.Read.Malformed.class, bad -> assertThat(bad.why()).contains(why));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "A: b\r\n\r\nbare\n", "A: b\r\n\r\nbare\rcr\r\n", "A: b\r\n\r\nx\r"})
    void contentThatWasChangedOnTheWayIsRefused(String content) {
        assertThat(read(content, "X-Sender: <>", "X-Receiver: <a@bank.example>"))
                .isInstanceOf(Replay.Read.Malformed.class);
    }

    @Test
    void theFirstLineThatIsNotOfTheEnvelopeBeginsTheContent() {
        assertThat(Replay.isEnvelope("x-RECEIVER: <a@b.example>")).isTrue();
        assertThat(Replay.isEnvelope("Received: from x")).isFalse();
        assertThat(Replay.isEnvelope("X-Senders: <a@b.example>")).isFalse();
        assertThat(Replay.isEnvelope("")).isFalse();
    }

    private static String lane(String domain, MessageTls binding) {
        return Fixtures.policy().route(new Domain(domain)).lane().forMessages(binding).toString();
    }

    private static QueuedMessage message(String content, String... envelope) {
        return switch (read(content, envelope)) {
            case Replay.Read.Good(var message) -> message;
            case Replay.Read.Malformed(var why) -> throw new AssertionError(why);
        };
    }

    private static Replay.Read<QueuedMessage> read(String content, String... envelope) {
        return switch (Replay.of(List.of(envelope), Fixtures.policy())) {
            case Replay.Read.Malformed(var why) -> throw new AssertionError(why);
            case Replay.Read.Good(var replay) -> {
                replay.look(content.getBytes(UTF_8));
                yield replay.end(ID, NOW, HERE);
            }
        };
    }
}
