package relay.core.intake;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.intake.IntakeOutput.Announce;
import relay.core.intake.IntakeOutput.Commit;
import relay.core.intake.IntakeOutput.DiscardContent;
import relay.core.intake.IntakeOutput.ReceiveContent;
import relay.core.intake.IntakeOutput.Say;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.PolicyTable;
import relay.core.smtp.Command;
import relay.core.smtp.Command.Rcpt.Characters;
import relay.core.smtp.ContentFacts;
import relay.core.smtp.MailParameters.SmtpUtf8;
import relay.core.smtp.Reply;

/// The part of a session that is about one message (RFC 5321 §3.3): recipients, content by DATA or in
/// chunks, and what becomes of it. Confined to its session's thread.
final class MessageDialogue {
    private final IntakeRules rules;
    private final Peer peer;
    private final Conversation talk;
    private final Supplier<QueueId> ids;
    private final InstantSource clock;

    private @Nullable Transaction transaction;
    private @Nullable Incoming incoming;
    private @Nullable Chunk chunk;

    /// A chunk on its way: refused already, or not, at the stage `before` it.
    private record Chunk(Command.Bdat command, List<Reply> refusal, Stage before) {}

    /// `ids` gives [relay.core.queue.MessageStore#newId].
    MessageDialogue(
            IntakeRules rules,
            Peer peer,
            Conversation talk,
            Supplier<QueueId> ids,
            InstantSource clock) {
        this.rules = rules;
        this.peer = peer;
        this.talk = talk;
        this.ids = ids;
        this.clock = clock;
    }

    List<IntakeOutput> begin(Command.Mail mail, PolicyTable table) {
        talk.spent().messageBegins();
        transaction = new Transaction(peer.source(mail), mail.parameters(), table);
        talk.goTo(Stage.TRANSACTION);
        return talk.say(IntakeReplies.SENDER_OK);
    }

    List<IntakeOutput> onRcpt(Command.Rcpt rcpt) {
        Transaction open = open();
        if (rcpt.characters() == Characters.NON_ASCII && open.smtpUtf8() == SmtpUtf8.NOT_ASKED) {
            return talk.say(IntakeReplies.NON_ASCII_ADDRESS);
        }
        int maxRecipients = rules.limits().maxRecipientsPerMessage();
        Reply reply = open.add(rules.mailbox(rcpt.path()), rcpt.parameters(), maxRecipients);
        boolean first = reply.equals(IntakeReplies.TOO_MANY_RECIPIENTS) && open.isFirstTooMany();
        return first ? talk.limited(new Refusal(Limit.RECIPIENTS, reply)) : talk.say(reply);
    }

    List<IntakeOutput> onData() {
        if (!open().hasRecipients()) return talk.say(IntakeReplies.NO_VALID_RECIPIENTS);
        Incoming begun = beginContent();
        talk.goTo(Stage.RECEIVING);
        return List.of(
                new ReceiveContent(begun.id(), begun.receivedField(), maxSizeBytes()),
                new Say(IntakeReplies.GO_AHEAD));
    }

    private Incoming beginContent() {
        QueueId id = ids.get();
        var begun = new Incoming(id, peer.receivedField(id, clock.instant(), open()), open());
        incoming = begun;
        talk.spent().forgiveErrors();
        return begun;
    }

    private long maxSizeBytes() {
        return rules.limits().maxMessageSizeBytes();
    }

    /// A chunk that is refused is still on its way (RFC 3030 §2): the refusal is said behind it.
    List<IntakeOutput> onBdat(Command.Bdat bdat, Optional<Reply> refusal) {
        Stage before = talk.stage();
        boolean nobody =
                refusal.isEmpty() && before == Stage.TRANSACTION && !open().hasRecipients();
        Optional<Reply> why = nobody ? Optional.of(IntakeReplies.NO_VALID_RECIPIENTS) : refusal;
        chunk = new Chunk(bdat, why.stream().toList(), before);
        if (why.isPresent()) {
            talk.goTo(Stage.RECEIVING);
            return List.of(new IntakeOutput.SkipChunk(bdat.sizeOctets()));
        }
        var outputs = new ArrayList<IntakeOutput>();
        if (before == Stage.TRANSACTION) {
            Incoming begun = beginContent();
            outputs.add(
                    new IntakeOutput.BeginChunks(
                            begun.id(), begun.receivedField(), maxSizeBytes()));
        }
        talk.goTo(Stage.RECEIVING);
        outputs.add(new IntakeOutput.ReceiveChunk(bdat.sizeOctets(), bdat.last()));
        return outputs;
    }

    List<IntakeOutput> onChunk(ContentFacts facts) {
        talk.require(talk.stage() == Stage.RECEIVING);
        Chunk ended = Objects.requireNonNull(chunk);
        if (!ended.refusal().isEmpty()) {
            talk.goTo(ended.before());
            return talk.inTime(talk.say(ended.refusal().getFirst()));
        }
        Optional<Refusal> broken = Objects.requireNonNull(incoming).fault(facts, rules.limits());
        if (broken.isPresent()) {
            // The transaction is over; chunks that follow are out of order.
            end();
            return refuse(broken.get());
        }
        if (ended.command().last() == Command.Bdat.Last.YES) return onEndOfData(facts);
        talk.goTo(Stage.CHUNKS);
        return talk.say(IntakeReplies.chunkTaken(ended.command().sizeOctets()));
    }

    List<IntakeOutput> onEndOfData(ContentFacts facts) {
        talk.require(talk.stage() == Stage.RECEIVING);
        Incoming ended = Objects.requireNonNull(incoming);
        end();
        Optional<Refusal> refusal = ended.refusal(facts, rules.limits());
        if (refusal.isPresent()) return refuse(refusal.get());
        talk.goTo(Stage.COMMITTING);
        return List.of(
                new Commit(
                        ended.message(facts, clock.instant(), rules.connector(), peer.address())));
    }

    private List<IntakeOutput> refuse(Refusal why) {
        Reply reply = why.reply();
        List<IntakeOutput> told =
                List.of(new DiscardContent(), peer.refused(reply), peer.limited(why));
        return why.limit() == Limit.LINE_ENDS
                ? Conversation.joined(told, talk.close(reply))
                : talk.inTime(Conversation.joined(told, List.of(new Say(reply))));
    }

    List<IntakeOutput> onCommit(QueuedMessage message, CommitResult result) {
        talk.require(talk.stage() == Stage.COMMITTING);
        talk.goTo(Stage.READY);
        return switch (result) {
            case CommitResult.Committed _ ->
                    talk.inTime(
                            List.of(
                                    new Say(IntakeReplies.queued(message.id())),
                                    peer.received(message)));
            case CommitResult.Failed(var reason) ->
                    talk.inTime(
                            List.of(
                                    new Say(IntakeReplies.NOT_STORED),
                                    peer.refused(IntakeReplies.NOT_STORED),
                                    new Announce(new RelayEvent.Fault("store", reason))));
        };
    }

    List<IntakeOutput> reset() {
        List<IntakeOutput> discarded = discarded();
        if (talk.stage() == Stage.TRANSACTION || talk.stage() == Stage.CHUNKS) end();
        return Conversation.joined(discarded, talk.say(IntakeReplies.OK));
    }

    /// What a command undoes of a message that it ends.
    List<IntakeOutput> discarded() {
        return talk.stage().hasContent() ? List.of(new DiscardContent()) : List.of();
    }

    /// Forgets the message, if there is one, and takes commands again.
    void end() {
        transaction = null;
        incoming = null;
        talk.goTo(Stage.READY);
    }

    private Transaction open() {
        return Objects.requireNonNull(transaction);
    }
}
