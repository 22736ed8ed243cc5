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
        long headerSizeBytes,
        long longestLineBytes) {

    /// Where nobody looks at the size of the header or of a line.
    public ContentFacts(
            long sizeBytes, int receivedFields, LineEnds lineEnds, Octets header, Octets whole) {
        this(sizeBytes, receivedFields, lineEnds, header, whole, 0, 0);
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
