package relay.core.intake;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.intake.IntakeOutput.Challenge;
import relay.core.intake.IntakeOutput.Judge;
import relay.core.intake.IntakeOutput.Pause;
import relay.core.intake.IntakeOutput.Say;
import relay.core.intake.IntakeOutput.StartTls;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueueId;
import relay.core.routing.PolicyTable;
import relay.core.routing.ReceiveConnector.BareLineFeed;
import relay.core.sasl.SaslServer.Verdict;
import relay.core.smtp.Command;
import relay.core.smtp.CommandFramer.LineFault;
import relay.core.smtp.Reply;
import relay.core.smtp.Verb;
import relay.core.smtp.XClient;
import relay.core.tls.Evidence;

/// One client's dialogue, from greeting to QUIT (RFC 5321 §3): a state machine that is told what
/// happened and says what to do. It never sees a message's content.
///
/// Confined to the thread that drives it, the connection's event loop.
public final class IntakeSession {
    private final IntakeRules rules;
    private final Peer peer;
    private final Conversation talk;
    private final Supplier<PolicyTable> policy;
    private final MessageGate gate;
    private final MessageDialogue message;

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
        this.peer = new Peer(rules, client, nonces);
        this.talk = new Conversation(peer, rules.conduct());
        this.policy = policy;
        this.gate = gate;
        this.message = new MessageDialogue(rules, peer, talk, ids, clock);
    }

    /// How the content of this client's messages is to be read.
    BareLineFeed bareLineFeed() {
        return rules.connector().bareLineFeed();
    }

    /// Takes one input and returns what is to be done, in order. Throws [IllegalStateException] for
    /// an input that cannot come now: a bug of the driver.
    public List<IntakeOutput> on(IntakeInput input) {
        if (talk.stage() == Stage.CLOSED) return afterClose(input);
        return switch (input) {
            case IntakeInput.Connected(var evidence) -> greet(evidence);
            case IntakeInput.Spoken(var command) -> onCommand(command);
            case IntakeInput.Responded(var line) -> onResponse(line);
            case IntakeInput.Judged(var verdict) -> onVerdict(verdict);
            case IntakeInput.HandOnRefused(var reply) -> talk.close(reply);
            case IntakeInput.Garbled(var fault) -> onGarbled(fault);
            case IntakeInput.TlsEstablished(var evidence) -> onTls(evidence);
            case IntakeInput.EndOfData(var facts) -> message.onEndOfData(facts);
            case IntakeInput.ChunkEnded(var facts) -> message.onChunk(facts);
            case IntakeInput.CommitEnded(var queued, var result) ->
                    message.onCommit(queued, result);
            case IntakeInput.TimedOut _ ->
                    talk.end(new Refusal(Limit.IDLE_TIME, IntakeReplies.TIMED_OUT));
            case IntakeInput.TimeUp(var patience) -> talk.timeUp(patience);
            case IntakeInput.ShuttingDown(var patience) ->
                    talk.part(IntakeReplies.SHUTTING_DOWN, patience);
            case IntakeInput.Disconnected _ -> talk.abandon();
        };
    }

    // A message that is on disk is ours even when its client has not waited for the word.
    private List<IntakeOutput> afterClose(IntakeInput input) {
        return input instanceof IntakeInput.CommitEnded(var queued, CommitResult.Committed _)
                ? List.of(peer.received(queued))
                : List.of();
    }

    private List<IntakeOutput> greet(Evidence evidence) {
        talk.require(talk.stage() == Stage.CONNECTED);
        peer.connected(evidence);
        talk.goTo(Stage.GREETED);
        if (peer.cannotBeSecured()) return talk.close(IntakeReplies.TLS_FIRST);
        return List.of(new Say(IntakeReplies.greeting(rules)));
    }

    private List<IntakeOutput> onCommand(Command command) {
        talk.require(talk.stage().takesCommands());
        Optional<List<IntakeOutput>> end = talk.dueEnd();
        if (end.isPresent()) return end.get();
        Optional<Reply> refusal = peer.refusal(command.verb(), talk.stage());
        if (command instanceof Command.Bdat bdat) return message.onBdat(bdat, refusal);
        return refusal.map(talk::say).orElseGet(() -> obey(command));
    }

    private List<IntakeOutput> obey(Command command) {
        return switch (command) {
            case Command.Hello(var verb, var name) -> onHello(verb, name);
            case Command.Mail mail -> onMail(mail);
            case Command.Rcpt rcpt -> message.onRcpt(rcpt);
            case Command.Data _ -> message.onData();
            case Command.Auth(var mechanism, var initial) ->
                    on(peer.auth().begin(mechanism, initial));
            case Command.Bdat bdat -> message.onBdat(bdat, Optional.empty());
            case Command.BadBdat _ -> talk.close(IntakeReplies.BAD_CHUNK);
            case Command.Reset _ -> message.reset();
            case Command.Noop _ -> talk.say(IntakeReplies.OK);
            case Command.Verify _ -> talk.say(IntakeReplies.NOT_VERIFIED);
            case Command.Help _ -> talk.say(IntakeReplies.HELP);
            case Command.Quit _ -> talk.close(IntakeReplies.BYE);
            case Command.StartTls _ -> startTls();
            case Command.HandOn(var client) -> handOn(client);
            case Command.Malformed(var verb, var reply) -> malformed(verb, reply);
            case Command.Foreign _ -> talk.close(IntakeReplies.NOT_SMTP);
        };
    }

    private List<IntakeOutput> handOn(XClient named) {
        return List.of(
                new IntakeOutput.HandOn(rules.introduced().and(named), peer.evidenceToHandOn()));
    }

    // A host that may have sent its client's mail behind a bad XCLIENT must not count as the client
    // itself.
    private List<IntakeOutput> malformed(Verb verb, Reply reply) {
        return verb == Verb.XCLIENT ? talk.close(reply) : talk.say(reply);
    }

    private List<IntakeOutput> onGarbled(LineFault fault) {
        boolean login = talk.stage() == Stage.AUTHENTICATING;
        talk.require(login || talk.stage().takesCommands());
        if (login) talk.goTo(Stage.READY);
        return switch (fault) {
            case TOO_LONG -> tooLong();
            case BARE_CR, BARE_LF, NUL -> talk.close(IntakeReplies.NOT_A_LINE);
        };
    }

    // It may have been a XCLIENT.
    private List<IntakeOutput> tooLong() {
        return rules.handingOn() == IntakeRules.HandingOn.ALLOWED
                ? talk.close(IntakeReplies.LINE_TOO_LONG_FROM_HOST)
                : talk.say(IntakeReplies.LINE_TOO_LONG);
    }

    private List<IntakeOutput> onHello(Verb verb, String name) {
        var outputs = new ArrayList<>(message.discarded());
        message.end();
        outputs.add(new IntakeOutput.Greeted(name));
        outputs.addAll(talk.say(peer.hello(verb, name)));
        return outputs;
    }

    private List<IntakeOutput> onResponse(String line) {
        talk.require(talk.stage() == Stage.AUTHENTICATING);
        return on(peer.auth().heard(line));
    }

    private List<IntakeOutput> on(ClientAuth.Step step) {
        return switch (step) {
            case ClientAuth.Step.Ask(var challenge) -> {
                talk.goTo(Stage.AUTHENTICATING);
                yield List.of(new Challenge(challenge));
            }
            case ClientAuth.Step.Check(var question) -> {
                talk.goTo(Stage.JUDGING);
                yield List.of(new Judge(question, peer.auth().penalty()));
            }
            case ClientAuth.Step.Reject(var reply) -> {
                talk.goTo(Stage.READY);
                yield talk.say(reply);
            }
        };
    }

    private List<IntakeOutput> onVerdict(Verdict verdict) {
        talk.require(talk.stage() == Stage.JUDGING);
        talk.goTo(Stage.READY);
        Reply reply = peer.auth().judged(verdict);
        if (reply.isPositive()) return talk.inTime(talk.say(reply));
        List<IntakeOutput> outputs = new ArrayList<>(List.of(new Say(reply), peer.refused(reply)));
        if (peer.auth().hasFailedTooOften()) {
            outputs.addAll(talk.close(IntakeReplies.TOO_MANY_FAILURES));
        }
        return talk.inTime(outputs);
    }

    private List<IntakeOutput> onMail(Command.Mail mail) {
        Optional<Reply> notOffered = peer.notOffered(mail);
        if (notOffered.isPresent()) return talk.say(notOffered.get());
        PolicyTable table = policy.get();
        Optional<Refusal> refusal = peer.refusal(mail, table);
        if (refusal.isPresent()) return talk.limited(refusal.get());
        if (talk.spent().isMessageTooMany()) {
            return talk.end(
                    new Refusal(Limit.MESSAGES_PER_CONNECTION, IntakeReplies.TOO_MANY_MESSAGES));
        }
        return switch (gate.ask(rules.connector(), peer.address())) {
            case MessageGate.Verdict.Open _ -> message.begin(mail, table);
            case MessageGate.Verdict.Slow(var pause) ->
                    Conversation.joined(message.begin(mail, table), List.of(new Pause(pause)));
            case MessageGate.Verdict.Shut(var limit, var reply) ->
                    talk.limited(new Refusal(limit, reply));
        };
    }

    private List<IntakeOutput> startTls() {
        talk.goTo(Stage.SECURING);
        return List.of(new Say(IntakeReplies.READY_FOR_TLS), new StartTls());
    }

    private List<IntakeOutput> onTls(Evidence.Encrypted evidence) {
        talk.require(talk.stage() == Stage.SECURING);
        peer.secured(evidence);
        talk.spent().forgiveErrors();
        talk.goTo(Stage.GREETED);
        return List.of();
    }
}
