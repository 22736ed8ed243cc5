package relay.core.delivery;

import java.time.Instant;

/// A line of a transcript: what was said or happened on the connection `session` to `host`, which
/// was called by `connector`. `text` is printable and bounded, without credentials and content.
public record TranscriptLine(
        Instant time, String connector, String session, String host, Kind kind, String text) {

    /// Exchange's signs.
    public enum Kind {
        CONNECTED("+"),
        SENT(">"),
        RECEIVED("<"),
        NOTE("*"),
        ENDED("-");

        private final String sign;

        Kind(String sign) {
            this.sign = sign;
        }

        public String sign() {
            return sign;
        }
    }
}
