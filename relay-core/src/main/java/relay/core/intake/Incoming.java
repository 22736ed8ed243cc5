package relay.core.intake;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import relay.core.queue.Envelope;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.ReceiveConnector;
import relay.core.smtp.ContentFacts;
import relay.core.smtp.ContentFacts.LineEnds;
import relay.core.smtp.Reply;

/// A message whose content is on its way in: its transaction is closed, its id given.
record Incoming(QueueId id, String receivedField, Transaction transaction) {

    /// Why the message is refused now that its content is known; empty: it is taken.
    Optional<Reply> refusal(ContentFacts facts, ReceiveConnector.Limits limits) {
        Optional<Reply> fault = fault(facts, limits);
        if (fault.isPresent()) return fault;
        return transaction.isTooLargeForAll(storedBytes(facts))
                ? Optional.of(IntakeReplies.TOO_LARGE_FOR_ALL)
                : Optional.empty();
    }

    /// What is wrong with the content as far as it has come, whatever follows.
    Optional<Reply> fault(ContentFacts facts, ReceiveConnector.Limits limits) {
        if (facts.sizeBytes() > limits.maxMessageSizeBytes()) {
            return Optional.of(IntakeReplies.TOO_LARGE);
        }
        if (facts.lineEnds() == LineEnds.BARE_CR_OR_LF) {
            return Optional.of(IntakeReplies.BARE_LINE_END);
        }
        if (facts.receivedFields() > limits.maxHopCount()) {
            return Optional.of(IntakeReplies.TOO_MANY_HOPS);
        }
        return Optional.empty();
    }

    QueuedMessage message(
            ContentFacts facts, Instant at, ReceiveConnector connector, InetAddress client) {
        var envelope =
                new Envelope(
                        id,
                        transaction.sender(),
                        transaction.needs(facts),
                        storedBytes(facts),
                        at.truncatedTo(ChronoUnit.MILLIS),
                        connector.name(),
                        client,
                        transaction.noticeRequest(),
                        transaction.messageTls(facts));
        return new QueuedMessage(envelope, transaction.entries(envelope));
    }

    private long storedBytes(ContentFacts facts) {
        return receivedField.getBytes(StandardCharsets.UTF_8).length + facts.sizeBytes();
    }
}
