package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.ExtendedSSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.delivery.Dialer.SessionEnd.NotServed;
import relay.core.delivery.DialogueTimeouts;
import relay.core.delivery.HostPlan;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.tls.TlsDemand;
import relay.server.outbound.ScriptedPartner.Wire;
import relay.server.outbound.TestCertificates.Identity;

/// SCRAM over real TLS, with a smart host that does its own arithmetic: nothing of it is shared with
/// the relay.
class ScramPartnerTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();
    private static final Identity CERTIFICATE = CERTIFICATES.named(Outbound.HOST);
    private static final byte[] SALT = "sixteen bytes ok".getBytes(US_ASCII);
    private static final int ITERATIONS = 4096;
    private static final String PASSWORD = "s3cret, \u00fc=";

    /// What the host takes for the bytes of the channel that a client names.
    private interface Binding {
        byte[] bytes(String type, ExtendedSSLSession session)
                throws IOException, GeneralSecurityException;
    }

    private static byte[] binding(String type, ExtendedSSLSession session)
            throws IOException, GeneralSecurityException {
        return switch (type) {
            case "tls-exporter" ->
                    session.exportKeyingMaterialData("EXPORTER-Channel-Binding", new byte[0], 32);
            case "tls-server-end-point" ->
                    MessageDigest.getInstance("SHA-256").digest(CERTIFICATE.leaf().getEncoded());
            default -> throw new IOException("no channel binding " + type);
        };
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), UTF_8);
    }

    /// Plays the host's part from the AUTH command on.
    private static void authenticate(Wire wire, Binding bindings)
            throws IOException, GeneralSecurityException {
        String first = text(wire.hear().replaceFirst("AUTH SCRAM-SHA-256(-PLUS)? ", ""));
        String header = first.substring(0, first.indexOf(",,") + 2);
        String bare = first.substring(header.length());
        String nonce = bare.replaceFirst(".*,r=", "") + "HOST";
        String challenge = "r=" + nonce + ",s=" + base64(SALT) + ",i=" + ITERATIONS;
        wire.say("334 " + base64(challenge.getBytes(UTF_8)));

        String last = text(wire.hear());
        String withoutProof = last.replaceFirst(",p=.*", "");
        String message = bare + "," + challenge + "," + withoutProof;
        byte[] salted =
                SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(
                                new PBEKeySpec(PASSWORD.toCharArray(), SALT, ITERATIONS, 256))
                        .getEncoded();
        byte[] clientKey = hmac(salted, "Client Key");
        byte[] stored = MessageDigest.getInstance("SHA-256").digest(clientKey);
        byte[] signature = hmac(stored, message);
        byte[] proof = new byte[signature.length];
        for (int i = 0; i < proof.length; i++) proof[i] = (byte) (clientKey[i] ^ signature[i]);

        var channel = new ByteArrayOutputStream();
        channel.writeBytes(header.getBytes(US_ASCII));
        if (header.startsWith("p=")) {
            String type = header.substring(2, header.indexOf(','));
            channel.writeBytes(bindings.bytes(type, wire.tlsSession()));
        }
        String wanted = "c=" + base64(channel.toByteArray()) + ",r=" + nonce;
        if (!withoutProof.equals(wanted) || !last.endsWith(",p=" + base64(proof))) {
            wire.say("535 5.7.8 no");
            wire.quit();
            return;
        }
        byte[] serverKey = hmac(salted, "Server Key");
        wire.say("334 " + base64(("v=" + base64(hmac(serverKey, message))).getBytes(UTF_8)));
        wire.answer("", "235 2.7.0 welcome " + header);
        wire.take("250 queued");
        wire.quit();
    }

    private static ScriptedPartner partner(String mechanisms, Binding bindings) {
        return ScriptedPartner.start(wire -> {
            wire.greet("STARTTLS");
            wire.answer("STARTTLS", "220 go");
            wire.secure(CERTIFICATE.serverContext());
            wire.answerHello("PIPELINING", "AUTH " + mechanisms);
            try {
                authenticate(wire, bindings);
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        });
    }

    private static HostPlan smartHost(int port) {
        var named = new TlsDemand.TrustedName(Outbound.BANK, Set.of(Outbound.HOST));
        var identity = SmartHostAuth.password("r=a,b", PASSWORD);
        return Outbound.host(Outbound.HOST, port, TlsMode.STARTTLS, List.of(identity), named);
    }

    private static Outbound outbound(SslProvider provider) {
        return new Outbound(
                CERTIFICATES.roots(), DialogueTimeouts.DEFAULT, new Outbound.InMemory(), provider);
    }

    @ParameterizedTest
    @CsvSource({
        "JDK, SCRAM-SHA-256-PLUS SCRAM-SHA-256, p=tls-exporter",
        "OPENSSL_REFCNT, SCRAM-SHA-256-PLUS SCRAM-SHA-256, p=tls-server-end-point",
        "OPENSSL_REFCNT, SCRAM-SHA-256, y",
    })
    void bothSidesProveThatTheyKnowThePasswordAndSpeakOverTheSameTls(
            SslProvider provider, String mechanisms, String header) {
        try (var outbound = outbound(provider);
                var partner = partner(mechanisms, ScramPartnerTest::binding)) {
            QueueEntry entry = outbound.message("hello\r\n".getBytes(US_ASCII), "b");
            Outbound.Result result = outbound.deliver(smartHost(partner.port()));

            assertThat(result.outcome(entry)).isInstanceOf(Delivered.class);
            assertThat(partner.heard())
                    .filteredOn(line -> line.startsWith("AUTH "))
                    .singleElement()
                    .satisfies(auth ->
                            assertThat(text(auth.substring(auth.lastIndexOf(' ') + 1)))
                                    .startsWith(header));
        }
    }

    @Test
    void someoneInTheMiddleHasAnotherConnectionAndIsFoundOut() {
        // Given a host that sees other channel bytes than we do, as behind another TLS connection.
        Binding other = (_, _) -> new byte[32];
        try (var outbound = outbound(TlsClient.bestProvider());
                var partner = partner("SCRAM-SHA-256-PLUS", other)) {
            QueueEntry entry = outbound.message("hello\r\n".getBytes(US_ASCII), "b");
            Outbound.Result result = outbound.deliver(smartHost(partner.port()));

            assertThat(((NotServed) result.end()).why().reason()).isEqualTo(Reason.AUTHENTICATION);
            assertThat(result.outcomes(entry)).isEmpty();
        }
    }
}
