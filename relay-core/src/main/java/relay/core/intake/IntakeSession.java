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
import relay.core.address.ReversePath;
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
import relay.core.smtp.MailParameters.RequireTls;
import relay.core.smtp.MailParameters.SmtpUtf8;
import relay.core.smtp.Reply;
import relay.core.smtp.Verb;
import relay.core.tls.Evidence;
import relay.core.tls.Unmet.Shortfall;

/// One client's dialogue, from greeting to QUIT (RFC 5321 §3): a state machine that is told what
/// happened and says what to do. It never sees a message's content.
///
/// Confined to the thread that drives it, the connection's event loop.
public final class IntakeSession {
    private static final Evidence NOT_ASKED =
            new Evidence.Plaintext(Shortfall.NOT_OFFERED, "the client did not ask for TLS");

    private final IntakeRules rules;
    private final InetAddress client;
    private final Supplier<PolicyTable> policy;
    private final Supplier<QueueId> ids;
    private final InstantSource clock;

    private Stage stage = Stage.CONNECTED;
    private boolean shuttingDown;
    private Evidence tls = NOT_ASKED;
    private Verb hello = Verb.HELO;
    private String clientName = "";
    private @Nullable Transaction transaction;
    private @Nullable Incoming incoming;
    private int errorsInARow;
    private final ClientAuth auth;

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
        this.client = client;
        this.policy = policy;
        this.ids = ids;
        this.clock = clock;
        this.auth = new ClientAuth(rules.connector().authentication(), nonces);
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
            case IntakeInput.TimedOut _ -> closeWith(IntakeReplies.TIMED_OUT);
            case IntakeInput.ShuttingDown(var patience) -> onShutdown(patience);
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
        tls = evidence;
        stage = Stage.GREETED;
        return List.of(new Say(IntakeReplies.greeting(rules)));
    }

    private List<IntakeOutput> onCommand(Command command) {
        require(stage.takesCommands());
        if (shuttingDown) return closeWith(IntakeReplies.SHUTTING_DOWN);
        return refusal(command.verb()).map(this::say).orElseGet(() -> obey(command));
    }

    /// Why a verb cannot be taken now, whatever its argument.
    private Optional<Reply> refusal(Verb verb) {
        if (verb == Verb.AUTH && !auth.isOffered()) return Optional.of(IntakeReplies.NO_AUTH);
        if (verb == Verb.AUTH && !isEncrypted()) {
            return Optional.of(IntakeReplies.AUTH_NEEDS_TLS);
        }
        if (verb == Verb.AUTH && auth.isKnown()) return Optional.of(IntakeReplies.AUTH_ALREADY);
        if (rules.requiresTls() && !isEncrypted() && !IntakeRules.isAllowedInClear(verb)) {
            return Optional.of(IntakeReplies.TLS_FIRST);
        }
        if (verb == Verb.STARTTLS && isEncrypted()) return Optional.of(IntakeReplies.TLS_ALREADY);
        if (verb == Verb.STARTTLS && !offersTls()) return Optional.of(IntakeReplies.NO_TLS);
        Optional<Reply> outOfOrder = stage.outOfOrder(verb);
        boolean owed = verb == Verb.MAIL && auth.isOwed();
        return owed && outOfOrder.isEmpty() ? Optional.of(IntakeReplies.AUTH_FIRST) : outOfOrder;
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
        hello = verb;
        clientName = name;
        endTransaction();
        return say(
                verb == Verb.HELO
                        ? IntakeReplies.helo(rules)
                        : IntakeReplies.ehlo(rules, offersTls(), isEncrypted()));
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
            return say(IntakeReplies.TOO_LARGE);
        }
        if (!rules.admits(tls)) return say(IntakeReplies.CERTIFICATE_NEEDED);
        boolean requireTls = mail.parameters().requireTls() == RequireTls.ASKED;
        if (requireTls && !isEncrypted()) return say(IntakeReplies.REQUIRETLS_IN_CLEAR);
        PolicyTable table = policy.get();
        if (!isEncrypted() && demandsTls(mail.sender(), table)) {
            return say(IntakeReplies.SENDER_NEEDS_TLS);
        }
        transaction = new Transaction(mail.sender(), mail.parameters(), table);
        stage = Stage.TRANSACTION;
        return say(IntakeReplies.SENDER_OK);
    }

    /// What claims to be from nobody claims no domain.
    private static boolean demandsTls(ReversePath sender, PolicyTable table) {
        return switch (sender) {
            case ReversePath.Null _ -> false;
            case ReversePath.Sender(var mailbox) -> table.demandsInboundTls(mailbox.domain());
        };
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
        Transaction open = open();
        if (!open.hasRecipients()) return say(IntakeReplies.NO_VALID_RECIPIENTS);
        QueueId id = ids.get();
        String field = receivedField(id, open);
        incoming = new Incoming(id, field, open);
        stage = Stage.RECEIVING;
        errorsInARow = 0;
        long maxSizeBytes = rules.limits().maxMessageSizeBytes();
        return List.of(
                new ReceiveContent(id, field, maxSizeBytes), new Say(IntakeReplies.GO_AHEAD));
    }

    private String receivedField(QueueId id, Transaction open) {
        return new ReceivedField(
                        hello,
                        clientName,
                        client,
                        tls,
                        auth.isKnown() ? ReceivedField.Login.YES : ReceivedField.Login.NO,
                        rules.hostname(),
                        open.smtpUtf8(),
                        id,
                        clock.instant(),
                        open.recipients())
                .text();
    }

    private List<IntakeOutput> onEndOfData(ContentFacts facts) {
        require(stage == Stage.RECEIVING);
        Incoming ended = Objects.requireNonNull(incoming);
        endTransaction();
        Optional<Reply> refusal = ended.refusal(facts, rules.limits());
        if (refusal.isPresent()) return refuse(refusal.get());
        stage = Stage.COMMITTING;
        return List.of(
                new Commit(ended.message(facts, clock.instant(), rules.connector(), client)));
    }

    private List<IntakeOutput> refuse(Reply reply) {
        return inTime(List.of(new DiscardContent(), new Say(reply), refused(reply)));
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

    // Everything the client said in clear is forgotten (RFC 3207 §4.2).
    private List<IntakeOutput> onTls(Evidence.Encrypted evidence) {
        require(stage == Stage.SECURING);
        tls = evidence;
        hello = Verb.HELO;
        clientName = "";
        auth.forget();
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
            case TRANSACTION, RECEIVING ->
                    patience == Patience.NO_MORE
                            ? closeWith(IntakeReplies.SHUTTING_DOWN)
                            : List.of();
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
        if (!shuttingDown) return outputs;
        var all = new ArrayList<>(outputs);
        all.addAll(closeWith(IntakeReplies.SHUTTING_DOWN));
        return all;
    }

    private List<IntakeOutput> reset() {
        if (stage == Stage.TRANSACTION) endTransaction();
        return say(IntakeReplies.OK);
    }

    private List<IntakeOutput> say(Reply reply) {
        errorsInARow = IntakeReplies.isProtocolError(reply) ? errorsInARow + 1 : 0;
        if (errorsInARow < IntakeRules.MAX_ERRORS_IN_A_ROW) return List.of(new Say(reply));
        stage = Stage.CLOSED;
        return List.of(new Say(reply), new Say(IntakeReplies.TOO_MANY_ERRORS), new Close());
    }

    private void endTransaction() {
        transaction = null;
        incoming = null;
        stage = Stage.READY;
    }

    private Announce received(QueuedMessage message) {
        return new Announce(new RelayEvent.Received(message, tls, auth.username()));
    }

    private Announce refused(Reply reply) {
        return new Announce(new RelayEvent.Refused(rules.connector().name(), client, reply));
    }

    private boolean isEncrypted() {
        return tls instanceof Evidence.Encrypted;
    }

    private boolean offersTls() {
        return rules.startTls() == IntakeRules.StartTls.OFFERED && !isEncrypted();
    }

    private Transaction open() {
        return Objects.requireNonNull(transaction);
    }

    private void require(boolean expected) {
        if (!expected) throw new IllegalStateException("not at stage " + stage);
    }
}
