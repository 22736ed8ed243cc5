package relay.core.intake;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.intake.IntakeInput.ShuttingDown.Patience;
import relay.core.intake.IntakeOutput.Announce;
import relay.core.intake.IntakeOutput.Challenge;
import relay.core.intake.IntakeOutput.Close;
import relay.core.intake.IntakeOutput.Commit;
import relay.core.intake.IntakeOutput.DiscardContent;
import relay.core.intake.IntakeOutput.Judge;
import relay.core.intake.IntakeOutput.Pause;
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
    private final InetAddress client;
    private final Supplier<PolicyTable> policy;
    private final Supplier<QueueId> ids;
    private final InstantSource clock;
    private final MessageGate gate;
    private final Expenditure spent;
    private final Acquaintance known;
    private final ClientAuth auth;

    private Stage stage = Stage.CONNECTED;

    /// What the client hears when its message has come to an end; null while it may go on.
    private @Nullable Reply parting;

    private @Nullable Transaction transaction;
    private @Nullable Incoming incoming;

    /// `policy` is asked once a transaction; `ids` gives [relay.core.queue.MessageStore#newId];
    /// `nonces` is for AUTH, see [relay.core.sasl.SaslServer#of].
    public IntakeSession(
            IntakeRules rules,
            InetAddress client,
            Supplier<PolicyTable> policy,
            Supplier<QueueId> ids,
            InstantSource clock,
            Supplier<String> nonces,
            MessageGate gate) {
        this.rules = rules;
        this.client = client;
        this.policy = policy;
        this.ids = ids;
        this.clock = clock;
        this.gate = gate;
        spent = new Expenditure(rules.conduct());
        known = new Acquaintance(rules, client, nonces);
        auth = known.auth();
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
            case IntakeInput.CommitEnded(var message, var result) -> onCommit(message, result);
            case IntakeInput.TimedOut _ -> end(Limit.IDLE_TIME, IntakeReplies.TIMED_OUT);
            case IntakeInput.TimeUp(var patience) -> onTimeUp(patience);
            case IntakeInput.ShuttingDown(var patience) ->
                    partWith(IntakeReplies.SHUTTING_DOWN, patience);
            case IntakeInput.Disconnected _ -> abandon();
        };
    }

    // A message that is on disk is ours even when its client has not waited for the word.
    private List<IntakeOutput> afterClose(IntakeInput input) {
        return input instanceof IntakeInput.CommitEnded(var message, CommitResult.Committed _)
                ? List.of(received(message))
                : List.of();
    }

    private List<IntakeOutput> greet(Evidence evidence) {
        require(stage == Stage.CONNECTED);
        known.connected(evidence);
        stage = Stage.GREETED;
        return List.of(new Say(IntakeReplies.greeting(rules)));
    }

    private List<IntakeOutput> onCommand(Command command) {
        require(stage.takesCommands());
        if (parting != null) return closeWith(parting);
        if (spent.isCommandTooMany()) {
            return end(Limit.COMMANDS, IntakeReplies.TOO_MANY_COMMANDS);
        }
        return refusal(command.verb()).map(this::say).orElseGet(() -> obey(command));
    }

    /// Why a verb cannot be taken now, whatever its argument.
    private Optional<Reply> refusal(Verb verb) {
        return known.refusal(verb).or(() -> stage.outOfOrder(verb)).or(() -> known.loginOwed(verb));
    }

    private List<IntakeOutput> obey(Command command) {
        return switch (command) {
            case Command.Hello(var verb, var name) -> onHello(verb, name);
            case Command.Mail mail -> onMail(mail);
            case Command.Rcpt rcpt -> onRcpt(rcpt);
            case Command.Data _ -> onData();
            case Command.Auth(var mechanism, var initial) -> on(auth.begin(mechanism, initial));
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
        endTransaction();
        return say(known.introduced(verb, name));
    }

    private List<IntakeOutput> onResponse(String line) {
        require(stage == Stage.AUTHENTICATING);
        return on(auth.heard(line));
    }

    private List<IntakeOutput> on(ClientAuth.Step step) {
        return switch (step) {
            case ClientAuth.Step.Ask(var challenge) -> {
                stage = Stage.AUTHENTICATING;
                yield List.of(new Challenge(challenge));
            }
            case ClientAuth.Step.Check(var question) -> {
                stage = Stage.JUDGING;
                yield List.of(new Judge(question, auth.penalty()));
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
        Reply reply = auth.judged(verdict);
        if (reply.isPositive()) return inTime(say(reply));
        List<IntakeOutput> outputs = new ArrayList<>(List.of(new Say(reply), refused(reply)));
        if (auth.hasFailedTooOften()) outputs.addAll(closeWith(IntakeReplies.TOO_MANY_FAILURES));
        return stage == Stage.CLOSED ? outputs : inTime(outputs);
    }

    private List<IntakeOutput> onMail(Command.Mail mail) {
        if (mail.parameters().sizeBytes() > rules.limits().maxMessageSizeBytes()) {
            return limited(Limit.MESSAGE_SIZE, IntakeReplies.TOO_LARGE);
        }
        if (!known.isAdmitted()) {
            return limited(Limit.CLIENT_CERTIFICATE, IntakeReplies.CERTIFICATE_NEEDED);
        }
        PolicyTable table = policy.get();
        if (!known.isEncrypted() && table.demandsInboundTls(mail.sender())) {
            return limited(Limit.SENDER_TLS, IntakeReplies.SENDER_NEEDS_TLS);
        }
        if (spent.isMessageTooMany()) {
            return end(Limit.MESSAGES_PER_CONNECTION, IntakeReplies.TOO_MANY_MESSAGES);
        }
        return switch (gate.ask(rules.connector(), client)) {
            case MessageGate.Verdict.Open _ -> begin(mail, table);
            case MessageGate.Verdict.Slow(var pause) ->
                    joined(begin(mail, table), new Pause(pause));
            case MessageGate.Verdict.Shut(var limit, var reply) -> limited(limit, reply);
        };
    }

    private List<IntakeOutput> begin(Command.Mail mail, PolicyTable table) {
        spent.messageBegins();
        transaction = new Transaction(mail.sender(), mail.parameters(), table);
        stage = Stage.TRANSACTION;
        return say(IntakeReplies.SENDER_OK);
    }

    private List<IntakeOutput> onRcpt(Command.Rcpt rcpt) {
        Transaction open = open();
        if (rcpt.characters() == Characters.NON_ASCII && open.smtpUtf8() == SmtpUtf8.NOT_ASKED) {
            return say(IntakeReplies.NON_ASCII_ADDRESS);
        }
        int maxRecipients = rules.limits().maxRecipientsPerMessage();
        Reply reply = open.add(rules.mailbox(rcpt.path()), rcpt.parameters(), maxRecipients);
        boolean first = reply.equals(IntakeReplies.TOO_MANY_RECIPIENTS) && open.isFirstTooMany();
        return first ? limited(Limit.RECIPIENTS, reply) : say(reply);
    }

    private List<IntakeOutput> onData() {
        Transaction open = open();
        if (!open.hasRecipients()) return say(IntakeReplies.NO_VALID_RECIPIENTS);
        QueueId id = ids.get();
        String field = known.receivedField(id, open, clock.instant());
        incoming = new Incoming(id, field, open);
        stage = Stage.RECEIVING;
        spent.forgiveErrors();
        long maxSizeBytes = rules.limits().maxMessageSizeBytes();
        return List.of(
                new ReceiveContent(id, field, maxSizeBytes), new Say(IntakeReplies.GO_AHEAD));
    }

    private List<IntakeOutput> onEndOfData(ContentFacts facts) {
        require(stage == Stage.RECEIVING);
        Incoming ended = Objects.requireNonNull(incoming);
        endTransaction();
        Optional<Incoming.Refusal> refusal = ended.refusal(facts, rules.limits());
        if (refusal.isPresent()) return refuse(refusal.get());
        stage = Stage.COMMITTING;
        return List.of(
                new Commit(ended.message(facts, clock.instant(), rules.connector(), client)));
    }

    private List<IntakeOutput> refuse(Incoming.Refusal why) {
        return inTime(
                List.of(
                        new DiscardContent(),
                        new Say(why.reply()),
                        refused(why.reply()),
                        limit(why.limit(), why.reply())));
    }

    private List<IntakeOutput> onCommit(QueuedMessage message, CommitResult result) {
        require(stage == Stage.COMMITTING);
        stage = Stage.READY;
        return switch (result) {
            case CommitResult.Committed _ ->
                    inTime(List.of(new Say(IntakeReplies.queued(message.id())), received(message)));
            case CommitResult.Failed(var reason) ->
                    inTime(
                            List.of(
                                    new Say(IntakeReplies.NOT_STORED),
                                    refused(IntakeReplies.NOT_STORED),
                                    new Announce(new RelayEvent.Fault("store", reason))));
        };
    }

    private List<IntakeOutput> startTls() {
        stage = Stage.SECURING;
        return List.of(new Say(IntakeReplies.READY_FOR_TLS), new StartTls());
    }

    private List<IntakeOutput> onTls(Evidence.Encrypted evidence) {
        require(stage == Stage.SECURING);
        known.secured(evidence);
        transaction = null;
        spent.forgiveErrors();
        stage = Stage.GREETED;
        return List.of();
    }

    private List<IntakeOutput> onTimeUp(Patience patience) {
        Reply reply = IntakeReplies.CONNECTED_TOO_LONG;
        List<IntakeOutput> outputs = partWith(reply, patience);
        return outputs.isEmpty() ? outputs : joined(outputs, limit(Limit.CONNECTION_TIME, reply));
    }

    /// Ends the session as soon as the message that is on its way allows.
    private List<IntakeOutput> partWith(Reply reply, Patience patience) {
        parting = reply;
        return switch (stage) {
            case CONNECTED, GREETED, READY, AUTHENTICATING -> closeWith(reply);
            case TRANSACTION, RECEIVING ->
                    patience == Patience.NO_MORE ? closeWith(reply) : List.of();
            case COMMITTING, SECURING, JUDGING, CLOSED -> List.of();
        };
    }

    private List<IntakeOutput> abandon() {
        boolean receiving = stage == Stage.RECEIVING;
        stage = Stage.CLOSED;
        return receiving ? List.of(new DiscardContent()) : List.of();
    }

    private List<IntakeOutput> closeWith(Reply reply) {
        boolean receiving = stage == Stage.RECEIVING;
        stage = Stage.CLOSED;
        return receiving
                ? List.of(new DiscardContent(), new Say(reply), new Close())
                : List.of(new Say(reply), new Close());
    }

    /// The outputs that end a message; when the relay goes down, the session ends with it.
    private List<IntakeOutput> inTime(List<IntakeOutput> outputs) {
        if (parting == null) return outputs;
        var all = new ArrayList<>(outputs);
        all.addAll(closeWith(parting));
        return all;
    }

    private static List<IntakeOutput> joined(List<IntakeOutput> outputs, IntakeOutput last) {
        var all = new ArrayList<>(outputs);
        all.add(last);
        return all;
    }

    /// The answer to a command that goes beyond a limit.
    private List<IntakeOutput> limited(Limit limit, Reply reply) {
        return joined(say(reply), limit(limit, reply));
    }

    /// The end of a session that goes beyond a limit.
    private List<IntakeOutput> end(Limit limit, Reply reply) {
        return joined(closeWith(reply), limit(limit, reply));
    }

    private Announce limit(Limit limit, Reply reply) {
        return new Announce(
                new RelayEvent.LimitReached(rules.connector().name(), client, limit, reply));
    }

    private List<IntakeOutput> reset() {
        if (stage == Stage.TRANSACTION) endTransaction();
        return say(IntakeReplies.OK);
    }

    private List<IntakeOutput> say(Reply reply) {
        return switch (spent.after(reply)) {
            case AT_ONCE -> List.of(new Say(reply));
            case SLOWLY -> List.of(new Say(reply), new Pause(rules.conduct().tarpitInterval()));
            case NO_MORE -> {
                stage = Stage.CLOSED;
                Reply last = IntakeReplies.TOO_MANY_ERRORS;
                yield List.of(
                        new Say(reply), new Say(last), new Close(), limit(Limit.ERRORS, last));
            }
        };
    }

    private void endTransaction() {
        transaction = null;
        incoming = null;
        stage = Stage.READY;
    }

    private Announce received(QueuedMessage message) {
        return new Announce(known.received(message));
    }

    private Announce refused(Reply reply) {
        return new Announce(new RelayEvent.Refused(rules.connector().name(), client, reply));
    }

    private Transaction open() {
        return Objects.requireNonNull(transaction);
    }

    private void require(boolean expected) {
        if (!expected) throw new IllegalStateException("not at stage " + stage);
    }
}
