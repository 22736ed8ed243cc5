package relay.core.intake;

import java.util.ArrayList;
import java.util.List;
import relay.core.queue.QueueId;
import relay.core.routing.ReceiveConnector.Authentication;
import relay.core.sasl.SaslServer;
import relay.core.smtp.Reply;
import relay.core.smtp.XClient;

/// What we say to clients, with its enhanced status codes (RFC 5321 §4.2.2, RFC 3463 §3, RFC 5248
/// §2).
public final class IntakeReplies {
    /// Greets a client that is in no connector's range (RFC 5321 §3.1).
    public static final Reply ACCESS_DENIED = Reply.of(554, 7, 1, "Access denied");

    /// Greets a client when its connector has `maxConnections`.
    public static final Reply TOO_MANY_CONNECTIONS =
            Reply.of(421, 3, 2, "Too many connections, try again later");

    /// Greets a client when its address has `maxConnectionsPerSource`.
    public static final Reply TOO_MANY_FROM_SOURCE =
            Reply.of(421, 7, 0, "Too many connections from your address");

    /// Answers MAIL when its source has sent `maxMessagesPerMinute`.
    static final Reply TOO_FAST =
            Reply.of(451, 7, 1, "Too many messages from your address, try again later");

    static final Reply OK = Reply.of(250, 0, 0, "Ok");
    static final Reply SENDER_OK = Reply.of(250, 1, 0, "Sender ok");
    static final Reply RECIPIENT_OK = Reply.of(250, 1, 5, "Recipient ok");
    static final Reply GO_AHEAD = Reply.plain(354, "End data with <CR><LF>.<CR><LF>");
    static final Reply NOT_VERIFIED = Reply.of(252, 5, 0, "Send some mail and see");
    static final Reply HELP =
            Reply.of(
                    214,
                    0,
                    0,
                    "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS; RFC 5321");
    static final Reply BYE = Reply.of(221, 0, 0, "Bye");
    static final Reply READY_FOR_TLS = Reply.of(220, 0, 0, "Ready to start TLS");

    static final Reply HELLO_FIRST = Reply.of(503, 5, 1, "Send EHLO first");
    static final Reply MAIL_FIRST = Reply.of(503, 5, 1, "Send MAIL first");
    static final Reply CHUNKS_BEGUN =
            Reply.of(503, 5, 1, "The message has begun with BDAT; BDAT or RSET must follow");
    static final Reply MAIL_ALREADY = Reply.of(503, 5, 1, "A transaction is open already");
    static final Reply TLS_ALREADY = Reply.of(503, 5, 1, "TLS is active already");
    static final Reply NO_TLS = Reply.of(502, 5, 1, "TLS not available");
    static final Reply TLS_FIRST = Reply.of(530, 7, 0, "Must issue a STARTTLS command first");
    static final Reply NOT_TRUSTED = Reply.of(550, 7, 0, "You may not speak for others");
    static final Reply CERTIFICATE_NEEDED =
            Reply.of(550, 7, 1, "A client certificate that we trust is needed here");
    static final Reply SENDER_NEEDS_TLS =
            Reply.of(530, 7, 0, "Mail from this domain is taken over TLS alone: STARTTLS first");
    static final Reply REQUIRETLS_IN_CLEAR =
            Reply.of(555, 5, 4, "REQUIRETLS is offered over TLS alone");
    static final Reply AUTH_NOT_OFFERED = Reply.of(555, 5, 4, "AUTH is not offered to you");
    static final Reply NO_VALID_RECIPIENTS = Reply.of(554, 5, 1, "No valid recipients");
    static final Reply TOO_MANY_RECIPIENTS = Reply.of(452, 5, 3, "Too many recipients");
    static final Reply NON_ASCII_ADDRESS =
            Reply.of(553, 6, 7, "A non-ASCII address needs SMTPUTF8");
    static final Reply TOO_LARGE = Reply.of(552, 3, 4, "Message too large");
    static final Reply TOO_LARGE_FOR_ROUTE =
            Reply.of(552, 3, 4, "Message too large for this recipient's route");
    static final Reply TOO_LARGE_FOR_ALL =
            Reply.of(552, 3, 4, "Message too large for every recipient's route");
    static final Reply TOO_MANY_HOPS = Reply.of(554, 4, 6, "Too many hops, mail loop?");
    static final Reply NOT_STORED = Reply.of(452, 3, 1, "Cannot store the message now");
    static final Reply LINE_TOO_LONG = Reply.of(500, 5, 2, "Line too long");

    // Closing without being asked to needs a reply that says so: 421 makes the client come again
    // and again, 521 does not (RFC 7504 §4).
    static final Reply NOT_A_LINE = Reply.of(521, 5, 2, "Lines end in CR LF and contain no NUL");
    static final Reply BARE_LINE_END =
            Reply.of(521, 6, 0, "Bare CR or LF in the message (RFC 5321 section 2.3.8)");
    static final Reply LINE_TOO_LONG_FROM_HOST = Reply.of(521, 5, 2, "Line too long");
    static final Reply BAD_CHUNK = Reply.of(521, 5, 4, "BDAT must say how many octets follow");
    static final Reply NOT_SMTP = Reply.of(521, 5, 1, "This is an SMTP server");

    static final Reply TOO_MANY_COMMANDS = Reply.of(421, 7, 0, "Too many commands, connect again");
    static final Reply TOO_MANY_MESSAGES =
            Reply.of(421, 7, 0, "Enough messages on one connection, connect again");
    static final Reply CONNECTED_TOO_LONG =
            Reply.of(421, 4, 2, "Connected for long enough, connect again");
    static final Reply HEADER_TOO_LARGE = Reply.of(552, 3, 4, "Message header too large");
    static final Reply CONTENT_LINE_TOO_LONG =
            Reply.of(554, 6, 0, "A line of the message is too long");
    static final Reply TOO_MANY_ERRORS = Reply.of(421, 7, 0, "Too many errors");
    static final Reply TIMED_OUT = Reply.of(421, 4, 2, "Timeout, closing the connection");
    static final Reply SHUTTING_DOWN = Reply.of(421, 3, 2, "Shutting down, try again later");

    static final Reply AUTHENTICATED = Reply.of(235, 7, 0, "Authentication succeeded");
    static final Reply NOT_AUTHENTICATED = Reply.of(535, 7, 8, "Authentication failed");
    static final Reply AUTH_FIRST = Reply.of(530, 7, 0, "Authentication required");
    static final Reply AUTH_ALREADY = Reply.of(503, 5, 1, "Authenticated already");
    static final Reply AUTH_NEEDS_TLS =
            Reply.of(538, 7, 11, "Encryption required for authentication");
    static final Reply NO_AUTH = Reply.of(502, 5, 1, "Command not implemented");
    static final Reply NO_SUCH_MECHANISM = Reply.of(504, 5, 4, "Mechanism not supported");
    static final Reply AUTH_CANCELLED = Reply.of(501, 7, 0, "Authentication cancelled");
    static final Reply BAD_AUTH = Reply.of(501, 5, 2, "Not a response of the mechanism");
    static final Reply TOO_MANY_FAILURES = Reply.of(421, 7, 0, "Too many failed logins");

    private IntakeReplies() {}

    static Reply greeting(IntakeRules rules) {
        return Reply.plain(220, rules.hostname() + " ESMTP");
    }

    static Reply helo(IntakeRules rules) {
        return Reply.plain(250, rules.hostname().name());
    }

    /// The extensions (RFC 5321 §4.1.1.1); STARTTLS only while there is none (RFC 3207 §4.2), and
    /// REQUIRETLS only where there is some (RFC 8689 §2), as AUTH (RFC 4954 §4). XCLIENT is for whom
    /// it would be obeyed.
    static Reply ehlo(IntakeRules rules, boolean offerTls, boolean encrypted, boolean handingOn) {
        var lines = new ArrayList<String>();
        lines.add(rules.hostname().name());
        lines.add("PIPELINING");
        lines.add("SIZE " + rules.limits().maxMessageSizeBytes());
        lines.add("8BITMIME");
        lines.add("CHUNKING");
        lines.add("DSN");
        lines.add("LIMITS RCPTMAX=" + rules.limits().maxRecipientsPerMessage());
        lines.add("SMTPUTF8");
        lines.add("ENHANCEDSTATUSCODES");
        if (offerTls) lines.add("STARTTLS");
        if (encrypted) lines.add("REQUIRETLS");
        boolean login = rules.connector().authentication().need() != Authentication.Need.NONE;
        if (encrypted && login) lines.add("AUTH " + SaslServer.OFFERED);
        if (handingOn) lines.add("XCLIENT " + XClient.OFFERED);
        return new Reply(250, List.copyOf(lines));
    }

    static Reply chunkTaken(long octets) {
        return Reply.of(250, 0, 0, octets + " octets received");
    }

    static Reply queued(QueueId id) {
        return Reply.of(250, 0, 0, "queued as " + id);
    }
}
