package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.helper.SimpleMessageListener;
import org.subethamail.smtp.server.SMTPServer;
import relay.core.delivery.Dialer.SessionEnd.DemandsUnmet;
import relay.core.delivery.Dialer.SessionEnd.NotServed;
import relay.core.delivery.Dialer.SessionEnd.Served;
import relay.core.delivery.HostPlan;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.DeliveryOutcome.Rejected;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.smtp.HostLimits;
import relay.core.tls.TlsDemand;

/// The outbound side against servers that others wrote.
class PartnerContractTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private static final TlsDemand NAMED =
            new TlsDemand.TrustedName(Outbound.BANK, Set.of(Outbound.HOST));
    private static final TlsDemand ENCRYPTION = new TlsDemand.Encryption(Outbound.BANK);
    private static final String MESSAGE =
            """
            From: a@example.net\r
            Subject: hello\r
            \r
            .a dot\r
            ..\r
            end\r
            """;

    private final Outbound outbound = new Outbound(CERTIFICATES.roots());

    @AfterEach
    void close() {
        outbound.close();
    }

    /// Takes mail for everyone but `gone`.
    private static final class Mailboxes implements SimpleMessageListener {
        private final Map<String, byte[]> delivered = new ConcurrentHashMap<>();

        @Override
        public boolean accept(String from, String recipient) {
            return !recipient.startsWith("gone@");
        }

        @Override
        public void deliver(String from, String recipient, InputStream data) throws IOException {
            delivered.put(recipient, data.readAllBytes());
        }
    }

    private static SMTPServer.Builder subetha(Mailboxes mailboxes) {
        return SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .hostName("partner.example")
                .simpleMessageListener(mailboxes)
                .insertReceivedHeaders(false);
    }

    private static SMTPServer.Builder subethaWithTls(Mailboxes mailboxes) {
        return subetha(mailboxes)
                .enableTLS()
                .requireTLS()
                .startTlsSocketFactory(CERTIFICATES.named(Outbound.HOST).serverContext());
    }

    private Outbound.Result deliver(
            SMTPServer server, List<SmartHostAuth> identity, TlsDemand... demands) {
        server.start();
        try {
            HostPlan host =
                    Outbound.host(
                            Outbound.HOST,
                            server.getPortAllocated(),
                            TlsMode.STARTTLS,
                            identity,
                            demands);
            return outbound.deliver(host);
        } finally {
            server.stop();
        }
    }

    @Test
    void whoIsToOfferMailHearsTheLimitsOfTheHost() {
        try (var partner =
                ScriptedPartner.start(wire -> {
                    wire.greet("LIMITS MAILMAX=5 RCPTMAX=2");
                    wire.answer("QUIT", "221 bye");
                })) {
            assertThat(outbound.deliver(Outbound.host(partner.port())).limits())
                    .isEqualTo(new HostLimits(5, 2, HostLimits.NO_LIMIT));
        }
    }

    @Test
    void subEthaTakesMessageAfterMessageInClear() {
        var mailboxes = new Mailboxes();
        QueueEntry first = outbound.message(MESSAGE.getBytes(US_ASCII), "b", "gone");
        QueueEntry second = outbound.message(MESSAGE.getBytes(US_ASCII), "gone");
        QueueEntry third = outbound.message("Subject: 3\r\n\r\n".getBytes(US_ASCII), "c");

        Outbound.Result result = deliver(subetha(mailboxes).build(), List.of());

        assertThat(result.outcome(first)).isInstanceOf(Delivered.class);
        assertThat(result.outcomes(first).get(Outbound.mailbox("gone")))
                .isInstanceOf(Rejected.class);
        assertThat(result.outcome(second)).isInstanceOf(Rejected.class);
        assertThat(result.outcome(third)).isInstanceOf(Delivered.class);
        assertThat(mailboxes.delivered.get("b@example.org")).asString().isEqualTo(MESSAGE);
        assertThat(mailboxes.delivered.keySet())
                .containsExactlyInAnyOrder("b@example.org", "c@example.org");
        assertThat(result.end()).isEqualTo(new Served(List.of()));
    }

    @Test
    void subEthaTakesMailOverStartTlsUnderTheStrictestDemand() {
        var mailboxes = new Mailboxes();
        QueueEntry entry = outbound.message(MESSAGE.getBytes(US_ASCII), "b");

        Outbound.Result result = deliver(subethaWithTls(mailboxes).build(), List.of(), NAMED);

        assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
        assertThat(mailboxes.delivered.get("b@example.org")).asString().isEqualTo(MESSAGE);
    }

    @Test
    void subEthaLetsInWhoAuthenticates() {
        var mailboxes = new Mailboxes();
        QueueEntry entry = outbound.message(MESSAGE.getBytes(US_ASCII), "b");
        SMTPServer.Builder server =
                subethaWithTls(mailboxes)
                        .requireAuth()
                        .authenticationHandlerFactory(
                                new EasyAuthenticationHandlerFactory((user, password, _) -> {
                                    if (!user.equals("relay") || !password.equals("s3cret"))
                                        throw new LoginFailedException();
                                }));

        Outbound.Result wrong = deliver(server.build(), List.of(identity("guess")), NAMED);
        assertThat(((NotServed) wrong.end()).why().reason()).isEqualTo(Reason.AUTHENTICATION);
        assertThat(((NotServed) wrong.end()).why().status().statusClass()).isEqualTo(4);
        assertThat(mailboxes.delivered).isEmpty();

        Outbound.Result right = deliver(server.build(), List.of(identity("s3cret")), NAMED);
        assertThat(right.outcome(entry)).isInstanceOf(Delivered.class);
    }

    private static SmartHostAuth identity(String password) {
        return SmartHostAuth.password("relay", password);
    }

    @Test
    void greenMailTakesMail() throws MessagingException, IOException {
        GreenMail greenMail =
                new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        greenMail.start();
        try {
            QueueEntry entry = outbound.message(MESSAGE.getBytes(US_ASCII), "b", "c");
            Outbound.Result result = outbound.deliver(Outbound.host(greenMail.getSmtp().getPort()));

            assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
            assertThat(greenMail.getReceivedMessages()).hasSize(2);
            // GreenMail keeps no line end at the end.
            assertThat(raw(greenMail.getReceivedMessages()[0])).endsWith(MESSAGE.stripTrailing());
        } finally {
            greenMail.stop();
        }
    }

    @Test
    void greenMailTakesMailOverImplicitTlsAndItsOwnCertificateOnlyEncrypts()
            throws MessagingException, IOException {
        GreenMail greenMail =
                new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS));
        greenMail.start();
        try {
            int port = greenMail.getSmtps().getPort();
            QueueEntry entry = outbound.message(MESSAGE.getBytes(US_ASCII), "b");

            Outbound.Result strict = outbound.deliver(implicit(port, NAMED));
            assertThat(strict.end()).isInstanceOf(DemandsUnmet.class);
            assertThat(greenMail.getReceivedMessages()).isEmpty();

            Outbound.Result encrypted = outbound.deliver(implicit(port, ENCRYPTION));
            assertThat(encrypted.outcome(entry)).isInstanceOf(Delivered.class);
            assertThat(encrypted.proof().tlsLabel()).startsWith("TLSv1.");
            assertThat(raw(greenMail.getReceivedMessages()[0])).contains("\r\n.a dot\r\n..\r\nend");
        } finally {
            greenMail.stop();
        }
    }

    private static HostPlan implicit(int port, TlsDemand demand) {
        return Outbound.host(Outbound.HOST, port, TlsMode.IMPLICIT, List.of(), demand);
    }

    private static String raw(MimeMessage message) throws MessagingException, IOException {
        var bytes = new ByteArrayOutputStream();
        message.writeTo(bytes);
        return bytes.toString(US_ASCII);
    }
}
