package relay.core.smtp;

/// The parameters of `MAIL FROM`: SIZE (RFC 1870 §3), BODY (RFC 6152 §2), SMTPUTF8 (RFC 6531 §3.4),
/// RET (RFC 3461 §4.3), ENVID (RFC 3461 §4.4), REQUIRETLS (RFC 8689 §2) and AUTH (RFC 4954 §5). A size of 0 bytes is one
/// that was not declared; `envelopeId` is in xtext, at most 100 characters, or empty.
public record MailParameters(
        long sizeBytes,
        Body body,
        SmtpUtf8 smtpUtf8,
        Returned returned,
        String envelopeId,
        RequireTls requireTls,
        Submitter submitter) {
    public static final MailParameters NONE =
            new MailParameters(0, Body.SEVEN_BIT, SmtpUtf8.NOT_ASKED);

    /// Without a word on notices and TLS.
    public MailParameters(long sizeBytes, Body body, SmtpUtf8 smtpUtf8) {
        this(
                sizeBytes,
                body,
                smtpUtf8,
                Returned.NOT_SAID,
                "",
                RequireTls.NOT_ASKED,
                Submitter.NOT_SAID);
    }

    public enum RequireTls {
        ASKED,
        NOT_ASKED
    }

    /// Whether the client said who has submitted the message. Whom it named is not kept: nobody's word
    /// on it is believed here, which is to treat it as `AUTH=<>` (RFC 4954 §5).
    public enum Submitter {
        SAID,
        NOT_SAID
    }

    /// How much of the message a notice of failure returns.
    public enum Returned {
        NOT_SAID,
        FULL,
        HEADER
    }

    public enum Body {
        SEVEN_BIT,
        EIGHT_BIT_MIME
    }

    public enum SmtpUtf8 {
        ASKED,
        NOT_ASKED
    }
}
