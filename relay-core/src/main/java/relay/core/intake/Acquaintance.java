package relay.core.intake;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import relay.core.event.RelayEvent;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.smtp.Reply;
import relay.core.smtp.Verb;
import relay.core.tls.Evidence;
import relay.core.tls.Unmet.Shortfall;

/// What is known of a client so far: how its connection is protected, what it calls itself, who it
/// has logged in as, and so what it has yet to show. Confined to its session's thread.
final class Acquaintance {
    private static final Evidence NOT_ASKED =
            new Evidence.Plaintext(Shortfall.NOT_OFFERED, "the client did not ask for TLS");

    private final IntakeRules rules;
    private final InetAddress address;
    private final ClientAuth auth;
    private Evidence tls = NOT_ASKED;
    private Verb hello = Verb.HELO;
    private String name = "";

    /// `nonces` is for AUTH, see [relay.core.sasl.SaslServer#of].
    Acquaintance(IntakeRules rules, InetAddress address, Supplier<String> nonces) {
        this.rules = rules;
        this.address = address;
        auth = new ClientAuth(rules.connector().authentication(), nonces);
    }

    ClientAuth auth() {
        return auth;
    }

    void connected(Evidence evidence) {
        tls = evidence;
    }

    /// Everything that the client said in clear is forgotten (RFC 3207 §4.2).
    void secured(Evidence.Encrypted evidence) {
        tls = evidence;
        hello = Verb.HELO;
        name = "";
        auth.forget();
    }

    /// The client says its name in EHLO or HELO, and this is our answer.
    Reply introduced(Verb verb, String clientName) {
        hello = verb;
        name = clientName;
        return verb == Verb.HELO
                ? IntakeReplies.helo(rules)
                : IntakeReplies.ehlo(rules, offersTls(), auth.isOffered() && isEncrypted());
    }

    boolean isEncrypted() {
        return tls instanceof Evidence.Encrypted;
    }

    /// Whether its certificate is as its connector wants it.
    boolean isAdmitted() {
        return rules.admits(tls);
    }

    /// Why a verb cannot be taken over this connection, however far the session has come.
    Optional<Reply> refusal(Verb verb) {
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

    /// Why a verb that would be in its order cannot be taken from somebody unknown.
    Optional<Reply> loginOwed(Verb verb) {
        return verb == Verb.MAIL && auth.isOwed()
                ? Optional.of(IntakeReplies.AUTH_FIRST)
                : Optional.empty();
    }

    private boolean offersTls() {
        return rules.startTls() == IntakeRules.StartTls.OFFERED && !isEncrypted();
    }

    /// The trace field of a message that it hands us now.
    String receivedField(QueueId id, Transaction open, Instant now) {
        return new ReceivedField(
                        hello,
                        name,
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

    RelayEvent received(QueuedMessage message) {
        return new RelayEvent.Received(message, tls, auth.username());
    }
}
