package relay.core.intake;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import relay.core.address.ReversePath;
import relay.core.event.RelayEvent;
import relay.core.intake.IntakeOutput.Announce;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.PolicyTable;
import relay.core.smtp.Command;
import relay.core.smtp.MailParameters.RequireTls;
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
        hello = verb;
        name = itsName;
        return verb == Verb.HELO
                ? IntakeReplies.helo(rules)
                : IntakeReplies.ehlo(rules, offersTls(), isEncrypted());
    }

    /// Why a verb cannot be taken at `stage`, whatever its argument.
    Optional<Reply> refusal(Verb verb, Stage stage) {
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

    /// Why this client cannot begin such a message.
    Optional<Reply> refusal(Command.Mail mail, PolicyTable table) {
        if (mail.parameters().sizeBytes() > rules.limits().maxMessageSizeBytes()) {
            return Optional.of(IntakeReplies.TOO_LARGE);
        }
        if (!rules.admits(tls)) return Optional.of(IntakeReplies.CERTIFICATE_NEEDED);
        if (isEncrypted()) return Optional.empty();
        if (mail.parameters().requireTls() == RequireTls.ASKED) {
            return Optional.of(IntakeReplies.REQUIRETLS_IN_CLEAR);
        }
        return demandsTls(mail.sender(), table)
                ? Optional.of(IntakeReplies.SENDER_NEEDS_TLS)
                : Optional.empty();
    }

    /// What claims to be from nobody claims no domain.
    private static boolean demandsTls(ReversePath sender, PolicyTable table) {
        return switch (sender) {
            case ReversePath.Null _ -> false;
            case ReversePath.Sender(var mailbox) -> table.demandsInboundTls(mailbox.domain());
        };
    }

    String receivedField(QueueId id, Instant now, Transaction open) {
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

    Announce received(QueuedMessage message) {
        return new Announce(new RelayEvent.Received(message, tls, auth.username()));
    }

    Announce refused(Reply reply) {
        return new Announce(new RelayEvent.Refused(rules.connector().name(), address, reply));
    }

    private boolean isEncrypted() {
        return tls instanceof Evidence.Encrypted;
    }

    private boolean offersTls() {
        return rules.startTls() == IntakeRules.StartTls.OFFERED && !isEncrypted();
    }
}
