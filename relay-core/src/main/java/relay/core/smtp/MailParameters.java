package relay.core.smtp;

/// The parameters of `MAIL FROM`: SIZE (RFC 1870 §3), BODY (RFC 6152 §2), SMTPUTF8 (RFC 6531 §3.4),
/// RET (RFC 3461 §4.3), ENVID (RFC 3461 §4.4) and REQUIRETLS (RFC 8689 §2). A size of 0 bytes is one that was not declared;
/// `envelopeId` is in xtext, at most 100 characters, or empty.
public record MailParameters(
        long sizeBytes,
        Body body,
        SmtpUtf8 smtpUtf8,
        Returned returned,
        String envelopeId,
        RequireTls requireTls) {
    public static final MailParameters NONE =
            new MailParameters(0, Body.SEVEN_BIT, SmtpUtf8.NOT_ASKED);

    /// Without a word on notices and TLS.
    public MailParameters(long sizeBytes, Body body, SmtpUtf8 smtpUtf8) {
        this(sizeBytes, body, smtpUtf8, Returned.NOT_SAID, "", RequireTls.NOT_ASKED);
    }

    public enum RequireTls {
        ASKED,
        NOT_ASKED
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
