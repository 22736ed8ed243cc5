package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.config.Configuration.Dkim;
import relay.config.Configuration.TlsReports;
import relay.core.address.Domain;
import relay.core.address.Mailbox;

/// The key that signs TLS reports.
class SigningKeyTest {
    private static final String FILES =
            """
            hostname: relay.example.net
            tlsReports:
              contact: tls@example.net
              dkim: { selector: tlsrpt2026, keyFile: dkim.key }
            """;

    @TempDir Path temporary;

    private ConfFolder folder(String key) throws IOException {
        return ConfFolder.in(temporary).relay(FILES).file("dkim.key", key);
    }

    @Test
    void anRsaKeyIsTaken() throws Exception {
        PrivateKey key = key("RSA", 1024);
        assertThat(folder(pem(key)).accepted().tlsReports())
                .containsExactly(
                        new TlsReports(
                                new Mailbox("tls", new Domain("example.net")),
                                "example.net",
                                List.of(new Dkim(new Domain("tlsrpt2026"), key))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RSA | 512 | the key has 512 bits (at least 1024; 2048 is usual)",
                "EC | 256 | the key cannot be read (is it of the kind RSA, and the file complete?)",
            })
    void anotherIsRefused(String algorithm, int bits, String why) throws Exception {
        assertThat(folder(pem(key(algorithm, bits))).refused())
                .containsExactly("relay.yaml:4:42: " + why);
    }

    @Test
    void aKeyInAnotherFormIsRefusedWithAWayOut() throws Exception {
        String other = pem(key("RSA", 1024)).replace(" PRIVATE", " RSA PRIVATE");
        assertThat(folder(other).refused())
                .containsExactly(
                        "relay.yaml:4:42: the key is not in PKCS #8 (openssl pkey -in KEY -out NEW)");
        assertThat(folder("nothing").refused())
                .containsExactly(
                        "relay.yaml:4:42: the file has no private key"
                                + " (a block -----BEGIN PRIVATE KEY-----)");
    }

    private static PrivateKey key(String algorithm, int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair().getPrivate();
    }

    private static String pem(PrivateKey key) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }
}
