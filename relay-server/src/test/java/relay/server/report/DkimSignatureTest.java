package relay.server.report;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Base64;
import java.util.List;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.exceptions.FailException;
import org.apache.james.jdkim.exceptions.PermFailException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.address.Domain;
import relay.core.address.Mailbox;

class DkimSignatureTest {
    private static final Instant NOW = Instant.parse("2026-11-27T01:00:00Z");
    private static final KeyPair KEYS = keys();
    private static final DkimSignature SIGNATURE =
            new DkimSignature(
                    new Domain("example.net"), new Domain("tlsrpt2026"), KEYS.getPrivate());

    private static KeyPair keys() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(1024);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String signed() {
        var from =
                new Reporting(
                        new Mailbox("tls", new Domain("example.net")),
                        "Example",
                        List.of(SIGNATURE));
        var report =
                new DayReport(
                        "example.org",
                        LocalDate.of(2026, 11, 26),
                        List.of(),
                        from,
                        "relay.example.net",
                        "2026-11-26.1");
        var to = new Mailbox("reports", new Domain("example.org"));
        byte[] message = ReportMail.compose(report, new byte[500], to, NOW);
        return new String(SIGNATURE.sign(message, NOW), US_ASCII);
    }

    /// As a receiver does that finds the key in the DNS. Throws where the signature is no good.
    private static int verify(String message) throws Exception {
        var verifier =
                new DKIMVerifier((_, selector, domain) -> {
                    assertThat(selector + "._domainkey." + domain)
                            .isEqualTo("tlsrpt2026._domainkey.example.net");
                    byte[] key = KEYS.getPublic().getEncoded();
                    return List.of(
                            "v=DKIM1; k=rsa; s=tlsrpt:email; p="
                                    + Base64.getEncoder().encodeToString(key));
                });
        return verifier.verify(new ByteArrayInputStream(message.getBytes(US_ASCII))).size();
    }

    @Test
    void aReceiverFindsTheSignatureGood() throws Exception {
        String signed = signed();
        assertThat(verify(signed)).isEqualTo(1);

        // And it is one field before all others, with lines that mail can have.
        assertThat(signed).startsWith("DKIM-Signature:").contains("d=example.net;");
        assertThat(signed.replace("\r\n", "")).doesNotContain("\n", "\r");
        assertThat(signed.lines()).allMatch(line -> line.length() <= 998);
    }

    @ParameterizedTest
    @CsvSource({
        "From: <tls@, From: <evil@",
        "Report Domain: example.org, Report Domain: example.com",
        "TLS-Report-Domain: example.org, TLS-Report-Domain: example.com",
        "TLS-Required: No, TLS-Required: Yes",
        "AAAAAAAA, AAAAAAAB",
    })
    void nothingOfItCanBeChanged(String was, String is) {
        String signed = signed();
        assertThat(signed).contains(was);
        assertThatThrownBy(() -> verify(signed.replace(was, is)))
                .isInstanceOf(FailException.class)
                .isInstanceOf(PermFailException.class);
    }
}
