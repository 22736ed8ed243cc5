package relay.core.smtp;

/// What is known of a message's content when its end has come. `sizeBytes` counts it as it was
/// meant: line ends included, dot-stuffing and the final dot not (RFC 1870 §2). `longestLineBytes`
/// counts no line end, `headerSizeBytes` all of them.
public record ContentFacts(
        long sizeBytes,
        int receivedFields,
        LineEnds lineEnds,
        Octets header,
        Octets whole,
        TlsRequired tlsRequired,
        long headerSizeBytes,
        long longestLineBytes) {

    /// What the header field `TLS-Required` says (RFC 8689 §3); one that says something else than
    /// `No`, or stands there twice, says nothing.
    public enum TlsRequired {
        NO,
        NOT_SAID
    }

    public enum LineEnds {
        ALL_CR_LF,
        BARE_CR_OR_LF
    }

    public enum Octets {
        SEVEN_BIT,
        EIGHT_BIT
    }
}
