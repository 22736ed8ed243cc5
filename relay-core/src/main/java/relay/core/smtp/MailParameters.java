package relay.core.smtp;

/// The parameters of `MAIL FROM`: SIZE (RFC 1870 §3), BODY (RFC 6152 §2) and SMTPUTF8 (RFC 6531
/// §3.4). A size of 0 bytes is one that was not declared.
public record MailParameters(long sizeBytes, Body body, SmtpUtf8 smtpUtf8) {
    public static final MailParameters NONE =
            new MailParameters(0, Body.SEVEN_BIT, SmtpUtf8.NOT_ASKED);

    public enum Body {
        SEVEN_BIT,
        EIGHT_BIT_MIME
    }

    public enum SmtpUtf8 {
        ASKED,
        NOT_ASKED
    }
}
