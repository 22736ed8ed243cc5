package relay.core.smtp;

/// The service extensions that an outbound session makes use of, by their EHLO keyword.
public enum Extension {
    /// RFC 3207.
    STARTTLS("STARTTLS"),
    /// RFC 2920.
    PIPELINING("PIPELINING"),
    /// RFC 1870.
    SIZE("SIZE"),
    /// RFC 6152.
    EIGHT_BIT_MIME("8BITMIME"),
    /// RFC 6531.
    SMTP_UTF8("SMTPUTF8"),
    /// RFC 3461.
    DSN("DSN"),
    /// RFC 8689.
    REQUIRETLS("REQUIRETLS"),
    /// RFC 4954.
    AUTH("AUTH");

    private final String keyword;

    Extension(String keyword) {
        this.keyword = keyword;
    }

    /// As EHLO writes it, in upper case.
    public String keyword() {
        return keyword;
    }
}
