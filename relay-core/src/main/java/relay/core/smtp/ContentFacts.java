package relay.core.smtp;

/// What is known of a message's content when its end has come. `sizeBytes` counts it as it was
/// meant: line ends included, dot-stuffing and the final dot not (RFC 1870 §2).
public record ContentFacts(
        long sizeBytes, int receivedFields, LineEnds lineEnds, Octets header, Octets whole) {

    public enum LineEnds {
        ALL_CR_LF,
        BARE_CR_OR_LF
    }

    public enum Octets {
        SEVEN_BIT,
        EIGHT_BIT
    }
}
