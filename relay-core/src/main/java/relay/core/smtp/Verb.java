package relay.core.smtp;

/// The first word of a command (RFC 5321 §4.1.1, RFC 3207 §4, RFC 3030 §2, RFC 4954 §4, Postfix's
/// XCLIENT). `OTHER` is every word that means nothing here.
public enum Verb {
    EHLO,
    HELO,
    MAIL,
    RCPT,
    DATA,
    BDAT,
    RSET,
    NOOP,
    VRFY,
    HELP,
    QUIT,
    STARTTLS,
    AUTH,
    XCLIENT,
    OTHER
}
