package relay.core.smtp;

/// What a client is told that does not speak properly (RFC 5321 §4.2.2, RFC 5248 §2).
final class SyntaxReplies {
    static final Reply UNKNOWN = Reply.of(500, 5, 2, "Command not recognised");
    static final Reply NOT_UTF_8 = Reply.of(500, 5, 2, "Neither ASCII nor UTF-8");
    static final Reply NOT_IMPLEMENTED = Reply.of(502, 5, 1, "Command not implemented");
    static final Reply BAD_CLIENT_NAME =
            Reply.of(501, 5, 4, "A host name or an address literal must follow");
    static final Reply UNWANTED_ARGUMENT = Reply.of(501, 5, 4, "No argument allowed");
    static final Reply MISSING_ARGUMENT = Reply.of(501, 5, 4, "Argument missing");
    static final Reply MAIL_SYNTAX = Reply.of(501, 5, 4, "Syntax: MAIL FROM:<address>");
    static final Reply RCPT_SYNTAX = Reply.of(501, 5, 4, "Syntax: RCPT TO:<address>");
    static final Reply AUTH_SYNTAX =
            Reply.of(501, 5, 4, "Syntax: AUTH mechanism [initial-response]");
    static final Reply BAD_SENDER = Reply.of(501, 1, 7, "Bad sender address syntax");
    static final Reply BAD_RECIPIENT = Reply.of(501, 1, 3, "Bad recipient address syntax");
    static final Reply BAD_PARAMETER = Reply.of(501, 5, 4, "Bad parameter");
    static final Reply UNKNOWN_PARAMETER = Reply.of(555, 5, 4, "Parameter not supported");
    static final Reply NON_ASCII_ADDRESS =
            Reply.of(553, 6, 7, "A non-ASCII address needs SMTPUTF8");

    // The session ends with it (RFC 7504 §4).
    static final Reply BAD_XCLIENT = Reply.of(521, 5, 4, "Bad XCLIENT attribute");

    private SyntaxReplies() {}
}
