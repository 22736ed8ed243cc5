package relay.server.notice;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import relay.core.address.Domain;
import relay.core.queue.Envelope.Need;
import relay.server.notice.Report.Kind;

/// Puts a [Report] into a message of type `multipart/report` (RFC 6522): text, status, and the
/// original or its header. The message is ASCII, lines ended by CR LF, save that a sender's address that
/// is not ASCII stands as it is in `To`. Thread-safe.
final class ReportComposer {
    private static final String SEVEN_BIT = "7bit";
    private static final String QUOTED_PRINTABLE = "quoted-printable";

    private final Domain hostname;
    private final Session session;

    ReportComposer(Domain hostname) {
        this.hostname = hostname;
        var properties = new Properties();
        properties.setProperty("mail.mime.allowutf8", "true");
        this.session = Session.getInstance(properties);
    }

    /// A message whose id is ours: Jakarta Mail's own would tell the machine's address.
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

    byte[] compose(Report report, ReturnedContent returned) {
        try {
            var message = new OwnMessage(session, "<" + report.id() + ".dsn@" + hostname + ">");
            setHeader(message, report);
            message.setContent(parts(report, returned));
            message.saveChanges();
            var out = new ByteArrayOutputStream();
            message.writeTo(out);
            return out.toByteArray();
        } catch (MessagingException | IOException impossible) {
            // Nothing is read from outside here: it is a fault in this class.
            throw new IllegalStateException(impossible);
        }
    }

    private void setHeader(MimeMessage message, Report report) throws MessagingException {
        message.setHeader("From", "Mail Delivery System <postmaster@" + hostname + ">");
        message.setHeader("To", "<" + Lines.oneLine(report.to().toString()) + ">");
        message.setHeader("Subject", subject(report.kind()));
        message.setHeader("Date", Report.date(report.now()));
        // RFC 3834 §5: no machine is to answer this.
        message.setHeader("Auto-Submitted", "auto-replied");
    }

    private static String subject(Kind kind) {
        return switch (kind) {
            case Kind.Failed _ -> "Your message was not delivered";
            case Kind.Delayed _ -> "Your message is delayed";
            case Kind.Relayed _ -> "Your message was relayed";
        };
    }

    private static MimeMultipart parts(Report report, ReturnedContent returned)
            throws MessagingException {
        var parts = new MimeMultipart("report; report-type=delivery-status");
        parts.addBodyPart(textPart(HumanPart.of(report, returned.extent())));
        parts.addBodyPart(part(StatusPart.of(report), "message/delivery-status", SEVEN_BIT));
        switch (returned.extent()) {
            case NOTHING -> {}
            case HEADER -> parts.addBodyPart(headerPart(report, returned));
            case WHOLE -> parts.addBodyPart(part(returned.bytes(), "message/rfc822", SEVEN_BIT));
        }
        return parts;
    }

    private static MimeBodyPart textPart(String text) throws MessagingException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        boolean ascii = text.chars().allMatch(c -> c < 0x80);
        return ascii
                ? part(bytes, "text/plain; charset=us-ascii", SEVEN_BIT)
                : part(quoted(bytes), "text/plain; charset=utf-8", QUOTED_PRINTABLE);
    }

    /// RFC 6522 §4 and, for the header of a message in UTF-8, RFC 6533 §4.
    private static MimeBodyPart headerPart(Report report, ReturnedContent header)
            throws MessagingException {
        String type = "text/rfc822-headers";
        if (header.isSevenBit()) return part(header.bytes(), type, SEVEN_BIT);
        boolean global = report.original().needs().contains(Need.SMTP_UTF8) && header.isUtf8();
        return part(
                quoted(header.bytes()), global ? "message/global-headers" : type, QUOTED_PRINTABLE);
    }

    /// The encoding is done here: for `message/...` Jakarta Mail names it and leaves it undone.
    private static byte[] quoted(byte[] bytes) throws MessagingException {
        var quoted = new ByteArrayOutputStream();
        try (OutputStream encoder = MimeUtility.encode(quoted, QUOTED_PRINTABLE)) {
            encoder.write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return quoted.toByteArray();
    }

    private static MimeBodyPart part(byte[] encoded, String type, String encoding)
            throws MessagingException {
        var headers = new InternetHeaders();
        headers.setHeader("Content-Type", type);
        headers.setHeader("Content-Transfer-Encoding", encoding);
        return new MimeBodyPart(headers, encoded);
    }
}
