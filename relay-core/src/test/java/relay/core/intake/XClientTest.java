package relay.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.intake.IntakeOutput.Say;
import relay.core.intake.IntakeRules.HandingOn;
import relay.core.intake.IntakeRules.StartTls;
import relay.core.queue.QueueId;
import relay.core.routing.ClientCertificates;
import relay.core.routing.ClientCertificates.Wish;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.smtp.CommandParser;
import relay.core.smtp.XClient;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.Unmet.Shortfall;

/// What XCLIENT must not bring a client: a certificate, or TLS, that it does not have. The rest is in
/// the dialogues.
class XClientTest {
    private static final String CERTIFICATE =
            """
            MIIBLDCB36ADAgECAhRdCMGLNZxAcrG9CLZs6Oq7rz8RgDAFBgMrZXAwDDEKMAgGA1UEAwwBYzAe
            Fw0yNjExMjcwMjE2MThaFw0zNjExMjQwMjE2MThaMAwxCjAIBgNVBAMMAWMwKjAFBgMrZXADIQDM
            g3HpDj3mltsvMqJQpT/rAAsSXWt5eNY4Dn3n0dOFDKNTMFEwHQYDVR0OBBYEFAKZw8wdmkXbaMLZ
            VIqYYRU27OEdMB8GA1UdIwQYMBaAFAKZw8wdmkXbaMLZVIqYYRU27OEdMA8GA1UdEwEB/wQFMAMB
            Af8wBQYDK2VwA0EAndf95EpAkXaW05cstnymiwKdvT3RpM0UWHKX20wV5mmKpped4Iy9lidnNGu/
            A0x06w7XLWzKsLPWDvptkpw1DQ==
            """;
    private static final Evidence CLEAR = new Evidence.Plaintext(Shortfall.NOT_OFFERED, "");

    @Test
    void theCertificateOfTheHostIsNotTheClients() throws CertificateException {
        // Given a host that has shown a good certificate.
        var session = session(certificate(), StartTls.OFFERED, XClient.NONE);
        session.on(
                new IntakeInput.Connected(
                        encrypted(new ChainVerdict.Trusted(), List.of(certificateShown()))));

        // When it hands on to a client.
        List<IntakeOutput> outputs = say(session, "XCLIENT ADDR=192.0.2.7");

        // Then the client's session has the encryption and no certificate, and where one is
        // demanded
        // it sends no mail.
        var handOn = (IntakeOutput.HandOn) outputs.getFirst();
        assertThat(handOn.tls())
                .isEqualTo(encrypted(new ChainVerdict.Untrusted("named by XCLIENT"), List.of()));
        var next = session(certificate(), StartTls.UNAVAILABLE, handOn.client());
        next.on(new IntakeInput.Connected(handOn.tls()));
        say(next, "EHLO client.example");
        assertThat(said(say(next, "MAIL FROM:<a@example.net>"))).startsWith("550 5.7.1");
    }

    @Test
    void onlyHostsThatAreListedMaySpeakForOthers() {
        ReceiveConnector connector =
                Fixtures.receiveConnector(
                        new Dialogue("listed", List.of("xclient"), List.of()),
                        Fixtures.loopback(TlsMode.STARTTLS),
                        RequireTls.NO);
        assertThat(connector.trustsXClientOf(InetAddress.ofLiteral("127.0.0.1"))).isTrue();
        assertThat(connector.trustsXClientOf(InetAddress.ofLiteral("192.0.2.1"))).isFalse();
    }

    @Test
    void aHostThatOwesACertificateCannotHandOn() {
        // Given a host that has not shown the certificate that its connector demands.
        var session = session(certificate(), StartTls.OFFERED, XClient.NONE);
        session.on(new IntakeInput.Connected(encrypted(new ChainVerdict.Untrusted(""), List.of())));

        // When it greets, and hands on all the same, then it is not offered that, and refused.
        assertThat(said(say(session, "EHLO proxy.example"))).doesNotContain("XCLIENT");
        assertThat(said(say(session, "XCLIENT ADDR=192.0.2.7"))).startsWith("550 5.7.1");
    }

    @Test
    void aClientThatMustHaveTlsIsNotHandedOnInClear() {
        // Given a client whose connector demands TLS, named over a connection in clear.
        XClient named = new XClient(Map.of(XClient.Attribute.ADDR, "192.0.2.7"));
        var session =
                session(
                        connector(RequireTls.YES, ClientCertificates.NOT_ASKED),
                        StartTls.UNAVAILABLE,
                        named);

        // When its session begins, then it ends.
        List<IntakeOutput> outputs = session.on(new IntakeInput.Connected(CLEAR));
        assertThat(said(outputs)).startsWith("530 5.7.0");
        assertThat(outputs).contains(new IntakeOutput.Close());
    }

    private static List<IntakeOutput> say(IntakeSession session, String line) {
        return session.on(new IntakeInput.Spoken(CommandParser.parse(line)));
    }

    private static String said(List<IntakeOutput> outputs) {
        return outputs.stream()
                .filter(Say.class::isInstance)
                .map(output -> ((Say) output).reply().toString())
                .findFirst()
                .orElseThrow();
    }

    private static X509Certificate certificateShown() throws CertificateException {
        var der = new ByteArrayInputStream(Base64.getMimeDecoder().decode(CERTIFICATE));
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(der);
    }

    private static Evidence encrypted(ChainVerdict verdict, List<X509Certificate> chain) {
        return new Evidence.Encrypted(
                Evidence.TlsVersion.TLS_1_3,
                "TLS_AES_128_GCM_SHA256",
                "",
                verdict,
                Set.of(),
                chain);
    }

    private static ReceiveConnector certificate() {
        return connector(RequireTls.NO, new ClientCertificates(Wish.REQUIRED, List.of(), Set.of()));
    }

    private static ReceiveConnector connector(RequireTls tls, ClientCertificates wanted) {
        var usual =
                Fixtures.receiveConnector(
                        "internal",
                        Fixtures.loopback(TlsMode.STARTTLS),
                        tls,
                        Fixtures.LIMITS,
                        "127.0.0.1");
        return new ReceiveConnector(
                usual.name(),
                usual.origin(),
                usual.bindings(),
                usual.remoteIpRanges(),
                usual.requireTls(),
                usual.authentication(),
                usual.limits(),
                wanted,
                List.of());
    }

    private static IntakeSession session(
            ReceiveConnector connector, StartTls startTls, XClient named) {
        return new IntakeSession(
                new IntakeRules(Fixtures.HOSTNAME, connector, startTls, HandingOn.ALLOWED, named),
                InetAddress.ofLiteral("192.0.2.7"),
                Fixtures::policy,
                () -> new QueueId(1),
                InstantSource.system(),
                () -> "nonce",
                MessageGate.OPEN);
    }
}
