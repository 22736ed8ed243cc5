package relay.core.intake;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.intake.IntakeOutput.Announce;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.MailSource;
import relay.core.routing.PolicyTable;
import relay.core.smtp.Command;
import relay.core.smtp.MailParameters.RequireTls;
import relay.core.smtp.MailParameters.Submitter;
import relay.core.smtp.Reply;
import relay.core.smtp.Verb;
import relay.core.tls.Evidence;
import relay.core.tls.Unmet.Shortfall;

/// What a session knows of its client, and what that lets it do. Confined to the session's thread.
final class Peer {
    private static final Evidence NOT_ASKED =
            new Evidence.Plaintext(Shortfall.NOT_OFFERED, "the client did not ask for TLS");

    private final IntakeRules rules;
    private final InetAddress address;
    private final ClientAuth auth;
    private Evidence tls = NOT_ASKED;
    private Verb hello = Verb.HELO;
    private String name = "";

    /// `nonces` is for AUTH, see [relay.core.sasl.SaslServer#of].
    Peer(IntakeRules rules, InetAddress address, Supplier<String> nonces) {
        this.rules = rules;
        this.address = address;
        this.auth = new ClientAuth(rules.connector().authentication(), nonces);
    }

    InetAddress address() {
        return address;
    }

    ClientAuth auth() {
        return auth;
    }

    void connected(Evidence evidence) {
        tls = evidence;
    }

    /// Everything the client said in clear is forgotten (RFC 3207 §4.2).
    void secured(Evidence.Encrypted evidence) {
        tls = evidence;
        hello = Verb.HELO;
        name = "";
        auth.forget();
    }

    Reply hello(Verb verb, String itsName) {
        hello = rules.introduced().hello(verb);
        String told = rules.introduced().helo();
        name = told.isEmpty() ? itsName : told;
        boolean handingOn = refusal(Verb.XCLIENT, Stage.READY).isEmpty();
        return verb == Verb.HELO
                ? IntakeReplies.helo(rules)
                : IntakeReplies.ehlo(rules, offersTls(), isEncrypted(), handingOn);
    }

    /// Why a verb cannot be taken at `stage`, whatever its argument.
    Optional<Reply> refusal(Verb verb, Stage stage) {
        return trustOwed(verb)
                .or(() -> protectionOwed(verb))
                .or(() -> stage.outOfOrder(verb))
                .or(() -> loginOwed(verb))
                .or(() -> certificateOwed(verb));
    }

    private Optional<Reply> trustOwed(Verb verb) {
        return verb == Verb.XCLIENT && rules.handingOn() == IntakeRules.HandingOn.REFUSED
                ? Optional.of(IntakeReplies.NOT_TRUSTED)
                : Optional.empty();
    }

    private Optional<Reply> protectionOwed(Verb verb) {
        Optional<Reply> noAuth = verb == Verb.AUTH ? auth.refusal(tls) : Optional.empty();
        if (noAuth.isPresent()) return noAuth;
        if (rules.wantsTlsBefore(verb) && !isEncrypted()) {
            return Optional.of(IntakeReplies.TLS_FIRST);
        }
        if (verb == Verb.STARTTLS && isEncrypted()) return Optional.of(IntakeReplies.TLS_ALREADY);
        return verb == Verb.STARTTLS && !offersTls()
                ? Optional.of(IntakeReplies.NO_TLS)
                : Optional.empty();
    }

    private Optional<Reply> loginOwed(Verb verb) {
        return (verb == Verb.MAIL || isIntroduction(verb)) && auth.isOwed()
                ? Optional.of(IntakeReplies.AUTH_FIRST)
                : Optional.empty();
    }

    // To MAIL it is said later, behind what the sender's domain demands.
    private Optional<Reply> certificateOwed(Verb verb) {
        return isIntroduction(verb) && !rules.admits(tls)
                ? Optional.of(IntakeReplies.CERTIFICATE_NEEDED)
                : Optional.empty();
    }

    /// The host speaks for itself until its first XCLIENT, and owes what its own connector demands.
    private boolean isIntroduction(Verb verb) {
        return verb == Verb.XCLIENT && rules.introduced().isNone();
    }

    /// Whether TLS, which comes before XCLIENT or not at all, has not come.
    boolean cannotBeSecured() {
        return rules.wantsTlsBefore(Verb.MAIL) && !isEncrypted() && !rules.introduced().isNone();
    }

    /// What the connection shows of the client that it is handed on to: the encryption, which is the
    /// host's, and no certificate, since that names the host.
    Evidence evidenceToHandOn() {
        return switch (tls) {
            case Evidence.Plaintext plaintext -> plaintext;
            case Evidence.Encrypted own ->
                    new Evidence.Encrypted(
                            own.protocol(),
                            own.cipherSuite(),
                            "",
                            new Evidence.ChainVerdict.Untrusted("named by XCLIENT"),
                            Set.of(),
                            List.of());
        };
    }

    /// What to say where a parameter is used that this client was not offered.
    Optional<Reply> notOffered(Command.Mail mail) {
        if (mail.parameters().requireTls() == RequireTls.ASKED && !isEncrypted()) {
            return Optional.of(IntakeReplies.REQUIRETLS_IN_CLEAR);
        }
        boolean login = auth.isOffered() && isEncrypted();
        return mail.parameters().submitter() == Submitter.SAID && !login
                ? Optional.of(IntakeReplies.AUTH_NOT_OFFERED)
                : Optional.empty();
    }

    /// Why this client cannot begin such a message.
    Optional<Refusal> refusal(Command.Mail mail, PolicyTable table) {
        if (mail.parameters().sizeBytes() > rules.limits().maxMessageSizeBytes()) {
            return Optional.of(new Refusal(Limit.MESSAGE_SIZE, IntakeReplies.TOO_LARGE));
        }
        if (!rules.admits(tls)) {
            return Optional.of(
                    new Refusal(Limit.CLIENT_CERTIFICATE, IntakeReplies.CERTIFICATE_NEEDED));
        }
        return !isEncrypted() && table.demandsInboundTls(mail.sender())
                ? Optional.of(new Refusal(Limit.SENDER_TLS, IntakeReplies.SENDER_NEEDS_TLS))
                : Optional.empty();
    }

    /// Where its mail comes from, for routing.
    MailSource source(Command.Mail mail) {
        return new MailSource(rules.connector().name(), mail.sender());
    }

    /// The trace field of a message that it hands us now.
    String receivedField(QueueId id, Instant now, Transaction open) {
        return new ReceivedField(
                        hello,
                        name,
                        rules.introduced().name(),
                        address,
                        tls,
                        auth.isKnown() ? ReceivedField.Login.YES : ReceivedField.Login.NO,
                        rules.hostname(),
                        open.smtpUtf8(),
                        id,
                        now,
                        open.recipients())
                .text();
    }

    Announce received(QueuedMessage message) {
        return new Announce(new RelayEvent.Received(message, tls, auth.username()));
    }

    Announce refused(Reply reply) {
        return new Announce(new RelayEvent.Refused(rules.connector().name(), address, reply));
    }

    Announce limited(Refusal why) {
        return new Announce(
                new RelayEvent.LimitReached(
                        rules.connector().name(), address, why.limit(), why.reply()));
    }

    private boolean isEncrypted() {
        return tls instanceof Evidence.Encrypted;
    }

    private boolean offersTls() {
        return rules.startTls() == IntakeRules.StartTls.OFFERED && !isEncrypted();
    }
}
