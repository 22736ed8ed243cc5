package relay.core.intake;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import relay.core.event.RelayEvent.LimitReached.Limit;
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
    Optional<Refusal> refusal(ContentFacts facts, ReceiveConnector.Limits limits) {
        Optional<Refusal> fault = fault(facts, limits);
        if (fault.isPresent()) return fault;
        return transaction.isTooLargeForAll(storedBytes(facts))
                ? refused(Limit.MESSAGE_SIZE, IntakeReplies.TOO_LARGE_FOR_ALL)
                : Optional.empty();
    }

    /// What is wrong with the content as far as it has come, whatever follows.
    Optional<Refusal> fault(ContentFacts facts, ReceiveConnector.Limits limits) {
        if (facts.sizeBytes() > limits.maxMessageSizeBytes()) {
            return refused(Limit.MESSAGE_SIZE, IntakeReplies.TOO_LARGE);
        }
        if (facts.lineEnds() == LineEnds.BARE_CR_OR_LF) {
            return refused(Limit.LINE_ENDS, IntakeReplies.BARE_LINE_END);
        }
        if (facts.headerSizeBytes() > limits.conduct().maxHeaderSizeBytes()) {
            return refused(Limit.HEADER_SIZE, IntakeReplies.HEADER_TOO_LARGE);
        }
        if (facts.longestLineBytes() > limits.conduct().maxLineBytes()) {
            return refused(Limit.LINE_LENGTH, IntakeReplies.CONTENT_LINE_TOO_LONG);
        }
        if (facts.receivedFields() > limits.maxHopCount()) {
            return refused(Limit.HOPS, IntakeReplies.TOO_MANY_HOPS);
        }
        return Optional.empty();
    }

    private static Optional<Refusal> refused(Limit limit, Reply reply) {
        return Optional.of(new Refusal(limit, reply));
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
