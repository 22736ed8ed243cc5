package relay.server.report;

import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Properties;
import relay.core.address.Mailbox;

/// Puts a report into a message of type `multipart/report` (RFC 8460 §5.3). ASCII, lines ended by CR
/// LF. `TLS-Required: No` stands in it for relays after this one (RFC 8689 §3).
final class ReportMail {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.US)
                    .withZone(ZoneOffset.UTC);
    private static final int BASE64_LINE = 76;

    private ReportMail() {}

    /// A message whose id is the report's.
    private static final class OwnMessage extends MimeMessage {
        private final String messageId;

        OwnMessage(Session session, String messageId) {
            super(session);
            this.messageId = messageId;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", messageId);
        }
    }

    static byte[] compose(DayReport report, byte[] compressed, Mailbox to, Instant now) {
        try {
            String id = "<" + report.id() + "@" + report.submitter() + ">";
            var message = new OwnMessage(Session.getInstance(new Properties()), id);
            message.setHeader("From", "<" + report.from().contact() + ">");
            message.setHeader("To", "<" + to + ">");
            message.setHeader("Date", DATE.format(now));
            message.setSubject(
                    "Report Domain: %s Submitter: %s Report-ID: %s"
                            .formatted(report.domain(), report.submitter(), id),
                    "us-ascii");
            message.setHeader("TLS-Report-Domain", report.domain());
            message.setHeader("TLS-Report-Submitter", report.submitter());
            message.setHeader("TLS-Required", "No");
            message.setHeader("Auto-Submitted", "auto-generated");
            message.setContent(parts(report, compressed));
            message.saveChanges();
            var out = new ByteArrayOutputStream();
            message.writeTo(out);
            return out.toByteArray();
        } catch (MessagingException | IOException impossible) {
            // Nothing is read from outside here: it is a fault in this class.
            throw new IllegalStateException(impossible);
        }
    }

    private static MimeMultipart parts(DayReport report, byte[] compressed)
            throws MessagingException {
        var parts = new MimeMultipart("report; report-type=tlsrpt");
        String text =
                "This is an aggregate TLS report of "
                        + report.submitter()
                        + " about "
                        + report.domain()
                        + " for "
                        + report.day()
                        + " (RFC 8460).\r\n";
        parts.addBodyPart(
                part(
                        text.getBytes(StandardCharsets.US_ASCII),
                        "text/plain; charset=us-ascii",
                        "7bit"));
        byte[] encoded =
                Base64.getMimeEncoder(BASE64_LINE, new byte[] {'\r', '\n'}).encode(compressed);
        MimeBodyPart attached = part(encoded, "application/tlsrpt+gzip", "base64");
        attached.setHeader(
                "Content-Disposition",
                Part.ATTACHMENT + ";\r\n filename=\"" + report.fileName() + "\"");
        parts.addBodyPart(attached);
        return parts;
    }

    private static MimeBodyPart part(byte[] encoded, String type, String encoding)
            throws MessagingException {
        var headers = new InternetHeaders();
        headers.setHeader("Content-Type", type);
        headers.setHeader("Content-Transfer-Encoding", encoding);
        return new MimeBodyPart(headers, encoded);
    }
}
