package relay.server.demo;

import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Properties;

/// The mail server that has the relay as its smart host: sends small messages. Any thread; blocks.
public final class DemoClient {
    private final Session session;

    public DemoClient(InetSocketAddress relay) {
        var properties = new Properties();
        properties.put("mail.smtp.host", relay.getAddress().getHostAddress());
        properties.put("mail.smtp.port", Integer.toString(relay.getPort()));
        session = Session.getInstance(properties);
    }

    /// Throws [IOException] where the relay does not accept the message.
    public void send(String recipient) throws IOException {
        try {
            var message = new MimeMessage(session);
            message.setFrom(new InternetAddress("you@demo.example"));
            message.setRecipient(RecipientType.TO, new InternetAddress(recipient));
            message.setSubject("demo");
            message.setText("Hello.");
            Transport.send(message);
        } catch (MessagingException e) {
            throw new IOException("the relay refused a message: " + e.getMessage(), e);
        }
    }
}
