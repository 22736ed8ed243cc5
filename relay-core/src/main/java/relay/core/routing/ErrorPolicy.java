package relay.core.routing;

import java.util.List;
import java.util.Locale;
import relay.core.smtp.EnhancedStatus;

/// The operator's word on what a trouble with a connector's hosts means, whatever it says of itself.
/// The first that fits counts. TLS is no such trouble: an unmet demand fits none.
public record ErrorPolicy(Cause cause, Meaning meaning) {

    public enum Meaning {
        /// The mail waits and is tried again.
        TRANSIENT,
        /// It goes back to its sender.
        PERMANENT
    }

    public sealed interface Cause {}

    /// A host's 4yz or 5yz to a message or a recipient. `status` has the enhanced status code that it
    /// must carry, or none; `words` are somewhere in its text, upper and lower case alike, or empty.
    public record Said(int code, List<EnhancedStatus> status, String words) implements Cause {
        public Said {
            status = List.copyOf(status);
            if (status.size() > 1) throw new IllegalArgumentException("one status at the most");
        }

        /// `text` is the whole reply.
        public boolean fits(int itsCode, EnhancedStatus itsStatus, String text) {
            return itsCode == code
                    && (status.isEmpty() || status.contains(itsStatus))
                    && text.toLowerCase(Locale.ROOT).contains(words.toLowerCase(Locale.ROOT));
        }
    }

    /// What the DNS did not say.
    public record Unresolved(DnsFailure failure) implements Cause {}

    /// Why the DNS led to no host.
    public enum DnsFailure {
        /// The domain does not exist, or has neither MX nor address.
        NO_DOMAIN,
        /// The domain says that it takes no mail (RFC 7505).
        NULL_MX,
        /// The DNS did not answer, or its answer was not to be trusted.
        NO_ANSWER,
        /// No host has an address.
        NO_ADDRESS;

        /// How it is told.
        public EnhancedStatus status() {
            return switch (this) {
                case NO_DOMAIN -> new EnhancedStatus(5, 1, 2);
                case NULL_MX -> new EnhancedStatus(5, 1, 10);
                case NO_ANSWER -> new EnhancedStatus(4, 4, 3);
                case NO_ADDRESS -> new EnhancedStatus(4, 4, 4);
            };
        }
    }
}
