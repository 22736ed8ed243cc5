package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.address.Domain;

class SelfSignedCertificateTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Domain HOSTNAME = new Domain("relay.example.net");

    @TempDir Path folder;

    @Test
    void itIsMadeOnceAndFoundAgain() throws IOException {
        // When it is asked for twice.
        ServerCertificate first = SelfSignedCertificate.in(folder, HOSTNAME, NOW);
        ServerCertificate second = SelfSignedCertificate.in(folder, HOSTNAME, NOW.plusSeconds(9));

        // Then it is the same, for our name, and nobody else reads its key.
        assertThat(second).isEqualTo(first);
        assertThat(first.chain().getFirst().toString()).contains("DNSName: relay.example.net");
        assertThat(first.expiry()).isAfter(NOW.plus(Duration.ofDays(365)));
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("self-signed.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aNewOneIsMadeWhenTheOldOneIsExpiredForAnotherNameOrDamaged() throws IOException {
        // Given one.
        ServerCertificate first = SelfSignedCertificate.in(folder, HOSTNAME, NOW);

        // When it has expired, when the relay's name has changed, and when the key is lost.
        Instant later = first.expiry().plusSeconds(1);
        ServerCertificate renewed = SelfSignedCertificate.in(folder, HOSTNAME, later);
        var other = new Domain("[192.0.2.1]");
        ServerCertificate renamed = SelfSignedCertificate.in(folder, other, later);
        Files.writeString(folder.resolve("self-signed.key"), "");
        ServerCertificate repaired = SelfSignedCertificate.in(folder, other, later);

        // Then each is another one, and good.
        assertThat(renewed).isNotEqualTo(first);
        assertThat(renewed.expiry()).isAfter(later);
        assertThat(renamed).isNotEqualTo(renewed);
        assertThat(repaired).isNotEqualTo(renamed);
        assertThat(SelfSignedCertificate.in(folder, other, later)).isEqualTo(repaired);
    }

    @Test
    void aCertificateAndAKeyThatDoNotBelongTogetherAreRefused() throws IOException {
        // Given two pairs.
        SelfSignedCertificate.in(folder.resolve("a"), HOSTNAME, NOW);
        SelfSignedCertificate.in(folder.resolve("b"), HOSTNAME, NOW);

        // When they are mixed, then reading says so.
        assertThatThrownBy(() ->
                        ServerCertificate.read(
                                folder.resolve("a/self-signed.crt"),
                                folder.resolve("b/self-signed.key")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not the key of the certificate");
    }

    @Test
    void aKeyInTheFormOfOpensslIsRead() throws IOException {
        // Given the key in SEC 1 form, as `openssl ecparam -genkey` writes it.
        ServerCertificate made = SelfSignedCertificate.in(folder, HOSTNAME, NOW);
        var text = new StringWriter();
        var key = (ECPrivateKey) made.key();
        var form =
                new org.bouncycastle.asn1.sec.ECPrivateKey(
                        256, key.getS(), SECObjectIdentifiers.secp256r1);
        try (var writer = new PemWriter(text)) {
            writer.writeObject(new PemObject("EC PRIVATE KEY", form.getEncoded()));
        }
        Path keyFile = Files.writeString(folder.resolve("ec.key"), text.toString());

        // When it is read, then it is that key.
        ServerCertificate read = ServerCertificate.read(folder.resolve("self-signed.crt"), keyFile);
        assertThat(read.chain()).isEqualTo(made.chain());
        assertThat(((ECPrivateKey) read.key()).getS()).isEqualTo(key.getS());
    }
}
