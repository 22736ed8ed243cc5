package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.config.Configuration.ServerCertificate;
import relay.config.Configuration.Trust;
import relay.core.tls.RootSet;

class CertificateFilesTest {
    private static final String FILES =
            """
            hostname: relay.example.net
            tls:
              certificate: { certFile: tls/relay.crt, keyFile: tls/relay.key }
              trust: tls/relay.crt
            """;

    private static final Map<String, KeyPair> KEYS = new HashMap<>();

    @TempDir Path temporary;

    @BeforeAll
    static void makeKeys() throws GeneralSecurityException {
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            var generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("RSA")) generator.initialize(2048);
            KEYS.put(algorithm, generator.generateKeyPair());
        }
    }

    private ConfFolder folder() throws IOException {
        return ConfFolder.in(temporary).relay(FILES);
    }

    @BeforeEach
    void rsaToBeginWith() throws Exception {
        folder().file("tls/relay.crt", certificate("RSA")).file("tls/relay.key", key("RSA"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void aCertificateWithItsKeyIsTaken(String algorithm) throws Exception {
        // Given a certificate and its key, with an intermediate one behind it.
        var folder =
                folder().file("tls/relay.crt", certificate(algorithm) + certificate("RSA"))
                        .file("tls/relay.key", "a comment\n" + key(algorithm));

        // When they are read.
        Configuration read = folder.accepted();

        // Then their absolute paths are known.
        Path certFile = temporary.resolve("tls/relay.crt");
        assertThat(read.certificate())
                .isEqualTo(
                        new ServerCertificate.Files(certFile, temporary.resolve("tls/relay.key")));
        assertThat(read.trust()).isEqualTo(new Trust.PemFile(certFile));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "Ed25519"})
    void aKeyOfAnotherCertificateIsRefused(String algorithm) throws Exception {
        // Given a certificate and the key of another.
        var folder = folder().file("tls/relay.key", key(algorithm));

        // When they are read.
        // Then the key's line says so.
        assertThat(folder.refused())
                .containsExactly(
                        "relay.yaml:3:52: the key is not the one of the certificate"
                                + " (is it the right file?)");
    }

    @Test
    void aKeyWithAPassPhraseIsRefusedInBothForms() throws Exception {
        // Given a key encrypted as PKCS #8, and one encrypted as OpenSSL once did.
        var modern =
                folder().file("tls/relay.key", pem("ENCRYPTED PRIVATE KEY", new byte[] {1, 2}));
        var refusedModern = modern.refused();
        var old =
                modern.file(
                        "tls/relay.key",
                        """
                        -----BEGIN RSA PRIVATE KEY-----
                        Proc-Type: 4,ENCRYPTED
                        DEK-Info: AES-256-CBC,00

                        AAAA
                        -----END RSA PRIVATE KEY-----
                        """);

        // When they are read.
        // Then both tell how to get rid of it.
        String expected =
                "relay.yaml:3:52: the key has a pass phrase (remove it: openssl pkey -in KEY -out"
                        + " NEW)";
        assertThat(refusedModern).containsExactly(expected);
        assertThat(old.refused()).containsExactly(expected);
    }

    @Test
    void rootsOfAnEntryAreThoseThatTheFileHolds() throws Exception {
        // Given a connector and a floor with roots of their own.
        var folder =
                folder().connectors(
                                ConfFolder.GOOD_CONNECTORS
                                        + """
                                            requireTls: true
                                            tlsAuthLevel: CertificateValidation
                                            tlsTrust: tls/relay.crt
                                        domains:
                                          - domain: bank.example
                                            requireTls: true
                                            tlsAuthLevel: DomainValidation
                                            tlsTrust: tls/bank.pem
                                        """)
                        .file("tls/bank.pem", certificate("EC") + certificate("RSA"));

        // When they are read.
        Configuration read = folder.accepted();

        // Then each has its certificates, under the name that stands there.
        RootSet connector = read.sendConnectors().getFirst().tlsOptions().terms().roots();
        RootSet floor = read.domainFloors().getFirst().terms().roots();
        assertThat(connector).hasToString("tls/relay.crt");
        assertThat(((RootSet.Own) connector).certificates()).hasSize(1);
        assertThat(floor).hasToString("tls/bank.pem");
        assertThat(((RootSet.Own) floor).certificates()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void aConnectorHasACertificateOfOurs(String algorithm) throws Exception {
        // Given a connector with a certificate and its key.
        var folder =
                withClientCertificate()
                        .file("tls/client.crt", certificate(algorithm) + certificate("RSA"))
                        .file("tls/client.key", key(algorithm));

        // When it is read.
        Configuration read = folder.accepted();

        // Then it is what its hosts are offered, and the key is in no text.
        var offer = read.sendConnectors().getFirst().tlsOptions().offer();
        assertThat(offer.clientCertificate())
                .singleElement()
                .satisfies(own -> {
                    assertThat(own).hasToString("tls/client.crt");
                    assertThat(own.chain()).hasSize(2);
                    assertThat(own.key()).isEqualTo(keys(algorithm).getPrivate());
                });
    }

    @ParameterizedTest
    @CsvSource({
        "EC, RSA, the key is not the one of the certificate (is it the right file?)",
        "Ed25519, Ed25519, the key is of the kind EdDSA (RSA and EC are taken here)",
    })
    void aKeyThatCannotSignForOurCertificateIsRefused(
            String certificate, String key, String expected) throws Exception {
        var folder =
                withClientCertificate()
                        .file("tls/client.crt", certificate(certificate))
                        .file("tls/client.key", key(key));
        assertThat(folder.refused()).containsExactly("connectors.yaml:8:64: " + expected);
    }

    @Test
    void aKeyOfOursIsInPkcs8() throws Exception {
        var folder =
                withClientCertificate()
                        .file("tls/client.crt", certificate("RSA"))
                        .file("tls/client.key", pem("RSA PRIVATE KEY", new byte[] {0x30, 0x00}));
        assertThat(folder.refused())
                .containsExactly(
                        "connectors.yaml:8:64: the key is not in PKCS #8"
                                + " (openssl pkey -in KEY -out NEW)");
    }

    private ConfFolder withClientCertificate() throws IOException {
        return folder().connectors(
                        ConfFolder.GOOD_CONNECTORS
                                + "    tlsClientCertificate:"
                                + " { certFile: tls/client.crt, keyFile: tls/client.key }\n");
    }

    @Test
    void aBrokenCertificateIsRefused() throws Exception {
        // Given a file whose second certificate is cut short.
        var folder =
                folder().file(
                                "tls/relay.crt",
                                certificate("RSA") + pem("CERTIFICATE", new byte[] {0x30, 0x10}));

        // When it is read.
        // Then both keys that name it say which one.
        assertThat(folder.refused())
                .containsExactly(
                        "relay.yaml:3:28: certificate 2 of the file is broken"
                                + " (is the file complete?)",
                        "relay.yaml:4:10: certificate 2 of the file is broken"
                                + " (is the file complete?)");
    }

    private static String certificate(String algorithm) throws Exception {
        KeyPair keys = keys(algorithm);
        var name = new X500Name("CN=relay.example.net");
        var from = Date.from(Instant.parse("2026-01-01T00:00:00Z"));
        var to = Date.from(Instant.parse("2036-01-01T00:00:00Z"));
        var builder =
                new JcaX509v3CertificateBuilder(
                        name, BigInteger.ONE, from, to, name, keys.getPublic());
        String signature =
                algorithm.equals("Ed25519") ? algorithm : "SHA256with" + signer(algorithm);
        var signed = builder.build(new JcaContentSignerBuilder(signature).build(keys.getPrivate()));
        return pem("CERTIFICATE", signed.getEncoded());
    }

    private static String signer(String algorithm) {
        return algorithm.equals("EC") ? "ECDSA" : algorithm;
    }

    private static String key(String algorithm) {
        return pem("PRIVATE KEY", keys(algorithm).getPrivate().getEncoded());
    }

    private static KeyPair keys(String algorithm) {
        return Objects.requireNonNull(KEYS.get(algorithm));
    }

    private static String pem(String kind, byte[] content) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n";
    }
}
