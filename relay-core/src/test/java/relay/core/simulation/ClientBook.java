package relay.core.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the clients have written down: each message that they tried to hand over, to whom, and what
/// they heard at its end. An address belongs to one message alone.
final class ClientBook {
    enum End {
        /// The client never sent the final dot.
        NOT_SENT,
        /// The final dot was sent, and no answer came.
        UNKNOWN,
        /// The relay took charge of it.
        TAKEN,
        REFUSED
    }

    static final class Submission {
        /// RFC 8689 §4.1.
        static final String TLS_NOT_REQUIRED = "TLS-Required: No\r\n";

        final int number;
        final String sender;
        final byte[] content;
        final List<String> recipients = new ArrayList<>();
        final List<String> intended;
        End end = End.NOT_SENT;
        String queueId = "";

        /// The relay's receive connector that the client was let in by.
        String receiveConnector = "";

        /// Whether the client asked for REQUIRETLS.
        boolean requiresTls;

        /// What the clock on the wall said at the final dot, or at its answer where that is less.
        long wallMillis;

        Submission(int number, String sender, List<String> intended, byte[] content) {
            this.number = number;
            this.sender = sender;
            this.intended = intended;
            this.content = content;
        }

        /// Where the client asks for REQUIRETLS, the header is no matter.
        boolean tlsNotRequired() {
            byte[] field = TLS_NOT_REQUIRED.getBytes(StandardCharsets.US_ASCII);
            boolean said = Arrays.mismatch(content, field) == field.length;
            return said && !requiresTls;
        }
    }

    final List<Submission> submissions = new ArrayList<>();
    private final Map<String, Submission> bySender = new HashMap<>();
    private final Map<String, Submission> byRecipient = new LinkedHashMap<>();

    void add(Submission submission) {
        submissions.add(submission);
        if (!submission.sender.isEmpty()) bySender.put(submission.sender, submission);
        submission.intended.forEach(recipient -> byRecipient.put(recipient, submission));
    }

    /// Whether the address is that of one recipient of one message.
    boolean isOnce(String recipient) {
        return byRecipient.containsKey(recipient);
    }

    /// Whether mail for that address must have TLS, by the client's word. A notice need not.
    boolean requiresTls(String recipient) {
        Submission submission = byRecipient.get(recipient);
        return submission != null && submission.requiresTls && !submission.sender.isEmpty();
    }

    /// Whether what the partner publishes does not count for mail to that address, by its header.
    boolean isTlsNotRequired(String recipient) {
        Submission submission = byRecipient.get(recipient);
        return submission != null && submission.tlsNotRequired();
    }

    /// Where mail for that address comes from: a message of a client, or a notice of the relay's own.
    Rules.Source sourceOf(String recipient) {
        Submission submission = byRecipient.get(recipient);
        return submission == null
                ? Rules.Source.NOTICE
                : new Rules.Source(submission.receiveConnector, submission.sender);
    }

    List<String> recipientsOf(String sender) {
        Submission submission = bySender.get(sender);
        return submission == null ? List.of() : submission.recipients;
    }
}
