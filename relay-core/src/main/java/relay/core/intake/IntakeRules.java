package relay.core.intake;

import relay.core.address.Domain;
import relay.core.routing.ClientCertificates.Wish;
import relay.core.routing.ReceiveConnector;
import relay.core.smtp.Verb;
import relay.core.tls.Evidence;

/// What an inbound session goes by. `hostname` is ours: in the greeting, in the Received field, and
/// the domain of `<postmaster>`.
public record IntakeRules(Domain hostname, ReceiveConnector connector, StartTls startTls) {
    /// So many syntax and sequence errors with nothing right between them, and the client is not
    /// worth talking to.
    public static final int MAX_ERRORS_IN_A_ROW = 20;

    public enum StartTls {
        OFFERED,
        UNAVAILABLE
    }

    ReceiveConnector.Limits limits() {
        return connector.limits();
    }

    /// A certificate can be shown over TLS alone.
    boolean requiresTls() {
        return connector.requireTls() == ReceiveConnector.RequireTls.YES
                || connector.clientCertificates().wish() == Wish.REQUIRED;
    }

    boolean admits(Evidence tls) {
        return connector.clientCertificates().admits(tls);
    }

    /// Where TLS is required: the list of RFC 3207 §4, and HELO, which tells us no more than EHLO.
    static boolean isAllowedInClear(Verb verb) {
        return switch (verb) {
            case EHLO, HELO, NOOP, QUIT, STARTTLS -> true;
            case MAIL, RCPT, DATA, BDAT, RSET, VRFY, HELP, AUTH, OTHER -> false;
        };
    }
}
