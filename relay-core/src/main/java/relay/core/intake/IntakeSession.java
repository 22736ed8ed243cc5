package relay.core.intake;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import relay.core.address.Mailbox;
import relay.core.event.RelayEvent;
import relay.core.intake.IntakeInput.ShuttingDown.Patience;
import relay.core.intake.IntakeOutput.Announce;
import relay.core.intake.IntakeOutput.Challenge;
import relay.core.intake.IntakeOutput.Close;
import relay.core.intake.IntakeOutput.Commit;
import relay.core.intake.IntakeOutput.DiscardContent;
import relay.core.intake.IntakeOutput.Judge;
import relay.core.intake.IntakeOutput.ReceiveContent;
import relay.core.intake.IntakeOutput.Say;
import relay.core.intake.IntakeOutput.StartTls;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.PolicyTable;
import relay.core.sasl.SaslServer.Verdict;
import relay.core.smtp.Command;
import relay.core.smtp.Command.Rcpt.Characters;
import relay.core.smtp.CommandFramer.LineFault;
import relay.core.smtp.ContentFacts;
import relay.core.smtp.ForwardPath;
import relay.core.smtp.MailParameters.SmtpUtf8;
import relay.core.smtp.Reply;
import relay.core.smtp.Verb;
import relay.core.tls.Evidence;

/// One client's dialogue, from greeting to QUIT (RFC 5321 §3): a state machine that is told what
/// happened and says what to do. It never sees a message's content.
///
/// Confined to the thread that drives it, the connection's event loop.
public final class IntakeSession {
    private final IntakeRules rules;
    private final Peer peer;
    private final Supplier<PolicyTable> policy;
    private final Supplier<QueueId> ids;
    private final InstantSource clock;

    private Stage stage = Stage.CONNECTED;
    private boolean shuttingDown;
    private @Nullable Transaction transaction;
    private @Nullable Incoming incoming;
    private @Nullable Chunk chunk;
    private int errorsInARow;

    /// A chunk on its way: refused already, or not, at the stage `before` it.
    private record Chunk(Command.Bdat command, List<Reply> refusal, Stage before) {}

    /// `policy` is asked once a transaction; `ids` gives [relay.core.queue.MessageStore#newId];
    /// `nonces` is for AUTH, see [relay.core.sasl.SaslServer#of].
    public IntakeSession(
            IntakeRules rules,
            InetAddress client,
            Supplier<PolicyTable> policy,
            Supplier<QueueId> ids,
            InstantSource clock,
            Supplier<String> nonces) {
        this.rules = rules;
        this.peer = new Peer(rules, client, nonces);
        this.policy = policy;
        this.ids = ids;
        this.clock = clock;
    }

    /// Takes one input and returns what is to be done, in order. Throws [IllegalStateException] for
    /// an input that cannot come now: a bug of the driver.
    public List<IntakeOutput> on(IntakeInput input) {
        if (stage == Stage.CLOSED) return afterClose(input);
        return switch (input) {
            case IntakeInput.Connected(var evidence) -> greet(evidence);
            case IntakeInput.Spoken(var command) -> onCommand(command);
            case IntakeInput.Responded(var line) -> onResponse(line);
            case IntakeInput.Judged(var verdict) -> onVerdict(verdict);
            case IntakeInput.Garbled(var fault) -> onGarbled(fault);
            case IntakeInput.TlsEstablished(var evidence) -> onTls(evidence);
            case IntakeInput.EndOfData(var facts) -> onEndOfData(facts);
            case IntakeInput.ChunkEnded(var facts) -> onChunk(facts);
            case IntakeInput.CommitEnded(var message, var result) -> onCommit(message, result);
            case IntakeInput.TimedOut _ -> closeWith(IntakeReplies.TIMED_OUT);
            case IntakeInput.ShuttingDown(var patience) -> onShutdown(patience);
            case IntakeInput.Disconnected _ -> abandon();
        };
    }

    // A message that is on disk is ours even when its client has not waited for the word.
    private List<IntakeOutput> afterClose(IntakeInput input) {
        return input instanceof IntakeInput.CommitEnded(var message, CommitResult.Committed _)
                ? List.of(peer.received(message))
                : List.of();
    }

    private List<IntakeOutput> greet(Evidence evidence) {
        require(stage == Stage.CONNECTED);
        peer.connected(evidence);
        stage = Stage.GREETED;
        return List.of(new Say(IntakeReplies.greeting(rules)));
    }

    private List<IntakeOutput> onCommand(Command command) {
        require(stage.takesCommands());
        if (shuttingDown) return closeWith(IntakeReplies.SHUTTING_DOWN);
        Optional<Reply> refusal = peer.refusal(command.verb(), stage);
        if (command instanceof Command.Bdat bdat) return onBdat(bdat, refusal);
        return refusal.map(this::say).orElseGet(() -> obey(command));
    }

    private List<IntakeOutput> obey(Command command) {
        return switch (command) {
            case Command.Hello(var verb, var name) -> onHello(verb, name);
            case Command.Mail mail -> onMail(mail);
            case Command.Rcpt rcpt -> onRcpt(rcpt);
            case Command.Data _ -> onData();
            case Command.Auth(var mechanism, var initial) ->
                    on(peer.auth().begin(mechanism, initial));
            case Command.Bdat bdat -> onBdat(bdat, Optional.empty());
            case Command.BadBdat _ -> closeWith(IntakeReplies.BAD_CHUNK);
            case Command.Reset _ -> reset();
            case Command.Noop _ -> say(IntakeReplies.OK);
            case Command.Verify _ -> say(IntakeReplies.NOT_VERIFIED);
            case Command.Help _ -> say(IntakeReplies.HELP);
            case Command.Quit _ -> closeWith(IntakeReplies.BYE);
            case Command.StartTls _ -> startTls();
            case Command.Malformed(_, var reply) -> say(reply);
            case Command.Foreign _ -> closeWith(IntakeReplies.NOT_SMTP);
        };
    }

    private List<IntakeOutput> onGarbled(LineFault fault) {
        require(stage.takesCommands() || stage == Stage.AUTHENTICATING);
        if (stage == Stage.AUTHENTICATING) stage = Stage.READY;
        return switch (fault) {
            case TOO_LONG -> say(IntakeReplies.LINE_TOO_LONG);
            case BARE_CR, BARE_LF, NUL -> closeWith(IntakeReplies.NOT_A_LINE);
        };
    }

    private List<IntakeOutput> onHello(Verb verb, String name) {
        boolean chunks = stage == Stage.CHUNKS;
        endTransaction();
        List<IntakeOutput> answer = say(peer.hello(verb, name));
        return chunks ? discardThen(answer) : answer;
    }

    private List<IntakeOutput> onResponse(String line) {
        require(stage == Stage.AUTHENTICATING);
        return on(peer.auth().heard(line));
    }

    private List<IntakeOutput> on(ClientAuth.Step step) {
        return switch (step) {
            case ClientAuth.Step.Ask(var challenge) -> {
                stage = Stage.AUTHENTICATING;
                yield List.of(new Challenge(challenge));
            }
            case ClientAuth.Step.Check(var question) -> {
                stage = Stage.JUDGING;
                yield List.of(new Judge(question, peer.auth().penalty()));
            }
            case ClientAuth.Step.Reject(var reply) -> {
                stage = Stage.READY;
                yield say(reply);
            }
        };
    }

    private List<IntakeOutput> onVerdict(Verdict verdict) {
        require(stage == Stage.JUDGING);
        stage = Stage.READY;
        Reply reply = peer.auth().judged(verdict);
        if (reply.isPositive()) return inTime(say(reply));
        List<IntakeOutput> outputs = new ArrayList<>(List.of(new Say(reply), peer.refused(reply)));
        if (peer.auth().hasFailedTooOften()) {
            outputs.addAll(closeWith(IntakeReplies.TOO_MANY_FAILURES));
        }
        return inTime(outputs);
    }

    private List<IntakeOutput> onMail(Command.Mail mail) {
        PolicyTable table = policy.get();
        Optional<Reply> refusal = peer.refusal(mail, table);
        if (refusal.isPresent()) return say(refusal.get());
        transaction = new Transaction(mail.sender(), mail.parameters(), table);
        stage = Stage.TRANSACTION;
        return say(IntakeReplies.SENDER_OK);
    }

    private List<IntakeOutput> onRcpt(Command.Rcpt rcpt) {
        Transaction open = open();
        if (rcpt.characters() == Characters.NON_ASCII && open.smtpUtf8() == SmtpUtf8.NOT_ASKED) {
            return say(IntakeReplies.NON_ASCII_ADDRESS);
        }
        Mailbox recipient =
                switch (rcpt.path()) {
                    case ForwardPath.Recipient(var mailbox) -> mailbox;
                    case ForwardPath.Postmaster(var name) -> new Mailbox(name, rules.hostname());
                };
        int maxRecipients = rules.limits().maxRecipientsPerMessage();
        return say(open.add(recipient, rcpt.parameters(), maxRecipients));
    }

    private List<IntakeOutput> onData() {
        if (!open().hasRecipients()) return say(IntakeReplies.NO_VALID_RECIPIENTS);
        Incoming begun = begin();
        stage = Stage.RECEIVING;
        return List.of(
                new ReceiveContent(begun.id(), begun.receivedField(), maxSizeBytes()),
                new Say(IntakeReplies.GO_AHEAD));
    }

    private Incoming begin() {
        QueueId id = ids.get();
        var begun = new Incoming(id, peer.receivedField(id, clock.instant(), open()), open());
        incoming = begun;
        errorsInARow = 0;
        return begun;
    }

    private long maxSizeBytes() {
        return rules.limits().maxMessageSizeBytes();
    }

    /// A chunk that is refused is still on its way (RFC 3030 §2): the refusal is said behind it.
    private List<IntakeOutput> onBdat(Command.Bdat bdat, Optional<Reply> refusal) {
        boolean nobody = refusal.isEmpty() && stage == Stage.TRANSACTION && !open().hasRecipients();
        Optional<Reply> why = nobody ? Optional.of(IntakeReplies.NO_VALID_RECIPIENTS) : refusal;
        chunk = new Chunk(bdat, why.stream().toList(), stage);
        if (why.isPresent()) {
            stage = Stage.RECEIVING;
            return List.of(new IntakeOutput.SkipChunk(bdat.sizeOctets()));
        }
        var outputs = new ArrayList<IntakeOutput>();
        if (stage == Stage.TRANSACTION) {
            Incoming begun = begin();
            outputs.add(
                    new IntakeOutput.BeginChunks(
                            begun.id(), begun.receivedField(), maxSizeBytes()));
        }
        stage = Stage.RECEIVING;
        outputs.add(new IntakeOutput.ReceiveChunk(bdat.sizeOctets(), bdat.last()));
        return outputs;
    }

    private List<IntakeOutput> onChunk(ContentFacts facts) {
        require(stage == Stage.RECEIVING);
        Chunk ended = Objects.requireNonNull(chunk);
        if (!ended.refusal().isEmpty()) {
            stage = ended.before();
            return inTime(say(ended.refusal().getFirst()));
        }
        Optional<Reply> broken = Objects.requireNonNull(incoming).fault(facts, rules.limits());
        if (broken.isPresent()) {
            // The transaction is over; chunks that follow are out of order.
            endTransaction();
            return refuse(broken.get());
        }
        if (ended.command().last() == Command.Bdat.Last.YES) return onEndOfData(facts);
        stage = Stage.CHUNKS;
        return say(IntakeReplies.chunkTaken(ended.command().sizeOctets()));
    }

    private List<IntakeOutput> onEndOfData(ContentFacts facts) {
        require(stage == Stage.RECEIVING);
        Incoming ended = Objects.requireNonNull(incoming);
        endTransaction();
        Optional<Reply> refusal = ended.refusal(facts, rules.limits());
        if (refusal.isPresent()) return refuse(refusal.get());
        stage = Stage.COMMITTING;
        return List.of(
                new Commit(
                        ended.message(facts, clock.instant(), rules.connector(), peer.address())));
    }

    private List<IntakeOutput> refuse(Reply reply) {
        return inTime(List.of(new DiscardContent(), new Say(reply), peer.refused(reply)));
    }

    private List<IntakeOutput> onCommit(QueuedMessage message, CommitResult result) {
        require(stage == Stage.COMMITTING);
        stage = Stage.READY;
        return switch (result) {
            case CommitResult.Committed _ ->
                    inTime(
                            List.of(
                                    new Say(IntakeReplies.queued(message.id())),
                                    peer.received(message)));
            case CommitResult.Failed(var reason) ->
                    inTime(
                            List.of(
                                    new Say(IntakeReplies.NOT_STORED),
                                    peer.refused(IntakeReplies.NOT_STORED),
                                    new Announce(new RelayEvent.Fault("store", reason))));
        };
    }

    private List<IntakeOutput> startTls() {
        stage = Stage.SECURING;
        return List.of(new Say(IntakeReplies.READY_FOR_TLS), new StartTls());
    }

    private List<IntakeOutput> onTls(Evidence.Encrypted evidence) {
        require(stage == Stage.SECURING);
        peer.secured(evidence);
        transaction = null;
        errorsInARow = 0;
        stage = Stage.GREETED;
        return List.of();
    }

    private List<IntakeOutput> onShutdown(Patience patience) {
        shuttingDown = true;
        return switch (stage) {
            case CONNECTED, GREETED, READY, AUTHENTICATING ->
                    closeWith(IntakeReplies.SHUTTING_DOWN);
            case TRANSACTION, CHUNKS, RECEIVING ->
                    patience == Patience.NO_MORE
                            ? closeWith(IntakeReplies.SHUTTING_DOWN)
                            : List.of();
            case COMMITTING, SECURING, JUDGING, CLOSED -> List.of();
        };
    }

    private List<IntakeOutput> abandon() {
        boolean receiving = hasContent();
        stage = Stage.CLOSED;
        return receiving ? List.of(new DiscardContent()) : List.of();
    }

    private List<IntakeOutput> closeWith(Reply reply) {
        boolean receiving = hasContent();
        stage = Stage.CLOSED;
        return receiving
                ? List.of(new DiscardContent(), new Say(reply), new Close())
                : List.of(new Say(reply), new Close());
    }

    /// The outputs that end a message; when the relay goes down, the session ends with it.
    private List<IntakeOutput> inTime(List<IntakeOutput> outputs) {
        if (!shuttingDown || stage == Stage.CLOSED) return outputs;
        var all = new ArrayList<>(outputs);
        all.addAll(closeWith(IntakeReplies.SHUTTING_DOWN));
        return all;
    }

    private List<IntakeOutput> reset() {
        boolean chunks = stage == Stage.CHUNKS;
        if (chunks || stage == Stage.TRANSACTION) endTransaction();
        return chunks ? discardThen(say(IntakeReplies.OK)) : say(IntakeReplies.OK);
    }

    private static List<IntakeOutput> discardThen(List<IntakeOutput> outputs) {
        var all = new ArrayList<IntakeOutput>(List.of(new DiscardContent()));
        all.addAll(outputs);
        return all;
    }

    private boolean hasContent() {
        return stage == Stage.RECEIVING || stage == Stage.CHUNKS;
    }

    private List<IntakeOutput> say(Reply reply) {
        errorsInARow = IntakeReplies.isProtocolError(reply) ? errorsInARow + 1 : 0;
        var outputs = new ArrayList<IntakeOutput>(List.of(new Say(reply)));
        if (errorsInARow >= IntakeRules.MAX_ERRORS_IN_A_ROW) {
            outputs.addAll(closeWith(IntakeReplies.TOO_MANY_ERRORS));
        }
        return outputs;
    }

    private void endTransaction() {
        transaction = null;
        incoming = null;
        stage = Stage.READY;
    }

    private Transaction open() {
        return Objects.requireNonNull(transaction);
    }

    private void require(boolean expected) {
        if (!expected) throw new IllegalStateException("not at stage " + stage);
    }
}
