package relay.server.notice;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.queue.Diagnostic;
import relay.core.queue.Envelope;
import relay.core.queue.QueueId;

/// What one notice says, before it is put into words: to whom, about which message, and what became
/// of each recipient, in the order given.
record Report(
        QueueId id,
        Domain hostname,
        Mailbox to,
        Envelope original,
        Kind kind,
        Map<Mailbox, Diagnostic> recipients,
        Instant now) {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.US)
                    .withZone(ZoneOffset.UTC);

    sealed interface Kind {
        record Failed() implements Kind {}

        record Delayed(Instant retryUntil) implements Kind {}

        /// Given to a host that sends no notices.
        record Relayed() implements Kind {}
    }

    Report {
        recipients = Collections.unmodifiableMap(new LinkedHashMap<>(recipients));
    }

    /// A date as a message header has it (RFC 5322 §3.3).
    static String date(Instant instant) {
        return DATE.format(instant);
    }
}
