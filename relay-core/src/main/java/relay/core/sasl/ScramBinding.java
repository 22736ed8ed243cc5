package relay.core.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What a client says about channel binding at the start of SCRAM, the gs2 header (RFC 5802 §6).
sealed interface ScramBinding {
    /// It has none.
    record None() implements ScramBinding {}

    /// It has one, and believes that the other side has none: where that is not so, someone in the
    /// middle has taken the mechanism from the list.
    record NotOffered() implements ScramBinding {}

    record Bound(ChannelBinding binding) implements ScramBinding {}

    default String header() {
        return switch (this) {
            case None() -> "n,,";
            case NotOffered() -> "y,,";
            case Bound(var binding) -> "p=" + binding.type() + ",,";
        };
    }

    /// The header with the bytes of the channel, in base64.
    default String encoded() {
        byte[] header = header().getBytes(StandardCharsets.US_ASCII);
        return switch (this) {
            case None(), NotOffered() -> ScramMessage.encoded(header);
            case Bound(var binding) -> {
                ByteBuffer bytes = binding.bytes().duplicate();
                var both = ByteBuffer.allocate(header.length + bytes.remaining());
                yield ScramMessage.encoded(both.put(header).put(bytes).array());
            }
        };
    }
}
