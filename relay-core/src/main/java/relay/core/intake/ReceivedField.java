package relay.core.intake;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.queue.QueueId;
import relay.core.smtp.MailParameters.SmtpUtf8;
import relay.core.smtp.Verb;
import relay.core.tls.Evidence;

/// The trace field that the relay puts in front of a message (RFC 5321 §4.4): our only change to
/// it. `hello` and `clientName` are from the client's EHLO or HELO; the name cannot hold anything
/// that ends a line or a comment ([relay.core.smtp.Command.Hello]), and neither can `dnsName`, which is
/// empty where nobody told it.
///
/// `recipients` are the message's; one alone is named, more never, since they may not know of each
/// other (RFC 5321 §7.2).
record ReceivedField(
        Verb hello,
        String clientName,
        String dnsName,
        InetAddress client,
        Evidence tls,
        Login login,
        Domain hostname,
        SmtpUtf8 smtpUtf8,
        QueueId id,
        Instant at,
        List<Mailbox> recipients) {
    /// Whether the client has shown who it is.
    enum Login {
        YES,
        NO
    }

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.US)
                    .withZone(ZoneOffset.UTC);

    /// The whole field, each line ended by CR LF.
    String text() {
        var text = new StringBuilder(256);
        text.append("Received: from ").append(clientName);
        text.append(" (").append(dnsName).append(dnsName.isEmpty() ? "" : " ");
        text.append(literal(client)).append(")\r\n");
        if (tls instanceof Evidence.Encrypted encrypted) {
            text.append("\t(").append(encrypted.protocol().label());
            text.append(" with cipher ").append(encrypted.cipherSuite()).append(")\r\n");
        }
        text.append("\tby ").append(hostname.name());
        text.append(" with ").append(protocol()).append(" id ").append(id);
        if (recipients.size() == 1) {
            text.append("\r\n\tfor <").append(recipients.getFirst()).append('>');
        }
        return text.append(";\r\n\t").append(DATE.format(at)).append("\r\n").toString();
    }

    /// The registered names of RFC 3848 §1 and RFC 6531 §4.3.
    private String protocol() {
        if (hello == Verb.HELO) return "SMTP";
        String name = smtpUtf8 == SmtpUtf8.ASKED ? "UTF8SMTP" : "ESMTP";
        String secured = tls instanceof Evidence.Encrypted ? name + "S" : name;
        return login == Login.YES ? secured + "A" : secured;
    }

    private static String literal(InetAddress address) {
        String written = address.getHostAddress();
        int scope = written.indexOf('%');
        String bare = scope < 0 ? written : written.substring(0, scope);
        return (address instanceof Inet6Address ? "[IPv6:" : "[") + bare + "]";
    }
}
