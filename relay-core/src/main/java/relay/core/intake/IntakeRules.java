package relay.core.intake;

import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.routing.ClientCertificates.Wish;
import relay.core.routing.ReceiveConnector;
import relay.core.smtp.ForwardPath;
import relay.core.smtp.Verb;
import relay.core.smtp.XClient;
import relay.core.tls.Evidence;

/// What an inbound session goes by. `hostname` is ours: in the greeting, in the Received field, and
/// the domain of `<postmaster>`. `introduced` is the client as XCLIENT has named it, if it has.
public record IntakeRules(
        Domain hostname,
        ReceiveConnector connector,
        StartTls startTls,
        HandingOn handingOn,
        XClient introduced) {

    /// Where the client speaks for itself alone.
    public IntakeRules(Domain hostname, ReceiveConnector connector, StartTls startTls) {
        this(hostname, connector, startTls, HandingOn.REFUSED, XClient.NONE);
    }

    /// Whether the host at the other end may name the client that it speaks for, by XCLIENT.
    public enum HandingOn {
        ALLOWED,
        REFUSED
    }

    public enum StartTls {
        OFFERED,
        UNAVAILABLE
    }

    ReceiveConnector.Limits limits() {
        return connector.limits();
    }

    ReceiveConnector.Conduct conduct() {
        return connector.limits().conduct();
    }

    /// A certificate can be shown over TLS alone.
    private boolean requiresTls() {
        return connector.requireTls() == ReceiveConnector.RequireTls.YES
                || connector.clientCertificates().wish() == Wish.REQUIRED;
    }

    /// Whether TLS must come before this verb. What may be said in clear is the list of RFC 3207 §4,
    /// and HELO, which tells us no more than EHLO.
    boolean wantsTlsBefore(Verb verb) {
        return requiresTls()
                && switch (verb) {
                    case EHLO, HELO, NOOP, QUIT, STARTTLS -> false;
                    case MAIL, RCPT, DATA, BDAT, RSET, VRFY, HELP, AUTH, XCLIENT, OTHER -> true;
                };
    }

    /// Whom a path names.
    Mailbox mailbox(ForwardPath path) {
        return switch (path) {
            case ForwardPath.Recipient(var mailbox) -> mailbox;
            case ForwardPath.Postmaster(var name) -> new Mailbox(name, hostname);
        };
    }

    boolean admits(Evidence tls) {
        return connector.clientCertificates().admits(tls);
    }
}
