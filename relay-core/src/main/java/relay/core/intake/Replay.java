package relay.core.intake;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import relay.core.queue.Envelope;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.MailSource;
import relay.core.routing.PolicyTable;
import relay.core.smtp.Command;
import relay.core.smtp.CommandParser;
import relay.core.smtp.ContentFacts;
import relay.core.smtp.ContentFacts.LineEnds;
import relay.core.smtp.DataDecoder;
import relay.core.smtp.DataDecoder.Framing;
import relay.core.smtp.ForwardPath;
import relay.core.smtp.MailParameters;
import relay.core.smtp.MailParameters.RequireTls;

/// A message that comes back from a file, as `relay queue export` wrote it: its envelope stands in
/// fields in front of its content, `X-Sender` and `X-Receiver` in the words of MAIL and RCPT
/// (docs/queue.md). It is routed afresh and nothing of its content is changed. Confined to one
/// thread.
public final class Replay {
    private static final String SENDER = "x-sender:";
    private static final String RECEIVER = "x-receiver:";
    private static final String REQUIRE_TLS = "x-requiretls:";
    private static final String CONNECTOR = "x-receiveconnector:";
    private static final Set<String> FIELDS = Set.of(SENDER, RECEIVER, REQUIRE_TLS, CONNECTOR);

    private final Transaction transaction;
    private final String receiveConnector;
    private final DataDecoder content = new DataDecoder(Framing.CHUNKS);

    private Replay(Transaction transaction, String receiveConnector) {
        this.transaction = transaction;
        this.receiveConnector = receiveConnector;
    }

    /// What a part of the file says.
    public sealed interface Read<T> {
        record Good<T>(T value) implements Read<T> {}

        /// `why` is a sentence for the operator.
        record Malformed<T>(String why) implements Read<T> {}
    }

    /// Whether a line at the file's beginning is of the envelope; the first that is not begins the
    /// content.
    public static boolean isEnvelope(String line) {
        return FIELDS.contains(name(line));
    }

    /// Begins with the envelope's lines, without their line ends; `policy` routes the recipients.
    public static Read<Replay> of(List<String> envelope, PolicyTable policy) {
        List<String> senders = values(envelope, SENDER);
        List<String> receivers = values(envelope, RECEIVER);
        if (senders.size() != 1) {
            return malformed("it begins with one X-Sender line; here are " + senders.size());
        }
        if (receivers.isEmpty()) return malformed("no X-Receiver line is in front of it");
        var mail = CommandParser.parse("MAIL FROM:" + senders.getFirst());
        if (!(mail instanceof Command.Mail(var sender, var said))) {
            return malformed("not a sender: X-Sender: " + senders.getFirst());
        }
        List<String> tls = values(envelope, REQUIRE_TLS);
        if (!Set.of("yes").containsAll(tls)) return malformed("X-RequireTls is yes, or left out");
        MailParameters parameters = tls.isEmpty() ? said : demandingTls(said);
        List<String> connectors = values(envelope, CONNECTOR);
        String connector = connectors.isEmpty() ? Envelope.REPLAYED : connectors.getFirst();
        var transaction = new Transaction(new MailSource(connector, sender), parameters, policy);
        for (String receiver : receivers) {
            var rcpt = CommandParser.parse("RCPT TO:" + receiver);
            if (!(rcpt instanceof Command.Rcpt(ForwardPath.Recipient(var to), _, var wish))) {
                return malformed("not a recipient: X-Receiver: " + receiver);
            }
            transaction.add(to, wish, Integer.MAX_VALUE);
        }
        return new Read.Good<>(new Replay(transaction, connector));
    }

    /// Looks at the next octets of the content, and leaves them as they are.
    public void look(byte[] piece) {
        content.decode(piece, 0, piece.length);
    }

    /// The message under a new id, when its whole content was looked at; `from` is where it comes
    /// from.
    public Read<QueuedMessage> end(QueueId id, Instant now, InetAddress from) {
        content.end();
        ContentFacts facts = content.facts();
        if (facts.sizeBytes() == 0) return malformed("nothing follows the envelope");
        if (facts.lineEnds() == LineEnds.BARE_CR_OR_LF) {
            return malformed("a line of it does not end in CR LF; an editor may have changed it");
        }
        var envelope =
                new Envelope(
                        id,
                        transaction.sender(),
                        transaction.needs(facts),
                        facts.sizeBytes(),
                        now,
                        receiveConnector,
                        from,
                        transaction.noticeRequest(),
                        transaction.messageTls(facts));
        return new Read.Good<>(new QueuedMessage(envelope, transaction.entries(envelope)));
    }

    private static <T> Read<T> malformed(String why) {
        return new Read.Malformed<>(why);
    }

    private static MailParameters demandingTls(MailParameters said) {
        return new MailParameters(
                said.sizeBytes(),
                said.body(),
                said.smtpUtf8(),
                said.returned(),
                said.envelopeId(),
                RequireTls.ASKED,
                said.submitter());
    }

    private static List<String> values(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> name(line).equals(name))
                .map(line -> line.substring(name.length()).strip())
                .toList();
    }

    private static String name(String line) {
        return line.substring(0, line.indexOf(':') + 1).toLowerCase(Locale.ROOT);
    }
}
