package relay.server.outbound;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/// A root of our own, an intermediate below it, and host certificates as tests want them.
public final class TestCertificates {
    static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final Issuer root;
    private final Issuer intermediate;

    private record Issuer(X509Certificate certificate, KeyPair keys) {}

    /// A host's certificate with its key: the leaf and what the host sends with it.
    public record Identity(KeyPair keys, List<X509Certificate> chain) {
        public X509Certificate leaf() {
            return chain.getFirst();
        }

        SSLContext serverContext() {
            return serverContext(null);
        }

        /// Takes any certificate of a client.
        SSLContext askingContext() {
            return serverContext(new TrustManager[] {new TlsClient.AcceptAll()});
        }

        private SSLContext serverContext(TrustManager @Nullable [] clients) {
            try {
                var store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry(
                        "host", keys.getPrivate(), new char[0], chain.toArray(Certificate[]::new));
                var managers =
                        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                managers.init(store, new char[0]);
                var context = SSLContext.getInstance("TLS");
                context.init(managers.getKeyManagers(), clients, null);
                return context;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    public TestCertificates() {
        root = authority("CN=Test Root", null);
        intermediate = authority("CN=Test Intermediate", root);
    }

    public X509Certificate rootCertificate() {
        return root.certificate();
    }

    TrustRoots roots() {
        return new TrustRoots(Set.of(root.certificate()));
    }

    /// Valid from yesterday until tomorrow, sent with its intermediate.
    public Identity named(String... dnsNames) {
        return valid(NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(1)), dnsNames);
    }

    public Identity expired(String... dnsNames) {
        return valid(NOW.minus(Duration.ofDays(9)), NOW.minus(Duration.ofDays(1)), dnsNames);
    }

    /// As [#named], but for TLS clients.
    public Identity forClients(String... dnsNames) {
        return issued(
                NOW.minus(Duration.ofDays(1)),
                NOW.plus(Duration.ofDays(1)),
                KeyPurposeId.id_kp_clientAuth,
                dnsNames);
    }

    /// As [#named], but it promises that an OCSP response comes with it (RFC 7633).
    Identity mustStaple(String... dnsNames) {
        KeyPair keys = keys();
        var builder =
                leaf(
                        keys,
                        intermediate.certificate(),
                        NOW.minus(Duration.ofDays(1)),
                        NOW.plus(Duration.ofDays(1)),
                        KeyPurposeId.id_kp_serverAuth,
                        dnsNames);
        try {
            var statusRequest = new DERSequence(new ASN1Integer(5));
            builder.addExtension(
                    new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.24"), false, statusRequest);
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
        X509Certificate leaf = sign(builder, intermediate.keys());
        return new Identity(keys, List.of(leaf, intermediate.certificate()));
    }

    /// Signs OCSP responses for the intermediate, until that day.
    Identity responder(Instant until) {
        return issued(
                NOW.minus(Duration.ofDays(9)),
                until,
                KeyPurposeId.id_kp_OCSPSigning,
                "ocsp.example");
    }

    /// The intermediate's word on the certificates below it.
    TestOcsp ocsp() {
        return new TestOcsp(intermediate.certificate(), intermediate.keys(), List.of());
    }

    private Identity valid(Instant from, Instant to, String... dnsNames) {
        return issued(from, to, KeyPurposeId.id_kp_serverAuth, dnsNames);
    }

    private Identity issued(Instant from, Instant to, KeyPurposeId purpose, String... dnsNames) {
        KeyPair keys = keys();
        var builder = leaf(keys, intermediate.certificate(), from, to, purpose, dnsNames);
        X509Certificate leaf = sign(builder, intermediate.keys());
        return new Identity(keys, List.of(leaf, intermediate.certificate()));
    }

    /// As [#named], but sent alone, so that no path leads to the root.
    Identity withoutIntermediate(String... dnsNames) {
        Identity whole = named(dnsNames);
        return new Identity(whole.keys(), List.of(whole.leaf()));
    }

    Identity selfSigned(String... dnsNames) {
        KeyPair keys = keys();
        var builder =
                new JcaX509v3CertificateBuilder(
                        new X500Name("CN=self"),
                        BigInteger.valueOf(SERIAL.getAndIncrement()),
                        Date.from(NOW.minus(Duration.ofDays(1))),
                        Date.from(NOW.plus(Duration.ofDays(1))),
                        new X500Name("CN=self"),
                        keys.getPublic());
        return new Identity(keys, List.of(sign(withNames(builder, dnsNames), keys)));
    }

    private static Issuer authority(String name, @Nullable Issuer parent) {
        KeyPair keys = keys();
        X500Name issuer =
                new X500Name(
                        parent == null
                                ? name
                                : parent.certificate().getSubjectX500Principal().getName());
        var builder =
                new JcaX509v3CertificateBuilder(
                        issuer,
                        BigInteger.valueOf(SERIAL.getAndIncrement()),
                        Date.from(NOW.minus(Duration.ofDays(100))),
                        Date.from(NOW.plus(Duration.ofDays(100))),
                        new X500Name(name),
                        keys.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
        return new Issuer(sign(builder, parent == null ? keys : parent.keys()), keys);
    }

    private static JcaX509v3CertificateBuilder leaf(
            KeyPair keys,
            X509Certificate issuer,
            Instant from,
            Instant to,
            KeyPurposeId purpose,
            String... dnsNames) {
        var builder =
                new JcaX509v3CertificateBuilder(
                        issuer,
                        BigInteger.valueOf(SERIAL.getAndIncrement()),
                        Date.from(from),
                        Date.from(to),
                        new X500Name("CN=host"),
                        keys.getPublic());
        try {
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
        return withNames(builder, dnsNames);
    }

    private static JcaX509v3CertificateBuilder withNames(
            JcaX509v3CertificateBuilder builder, String... dnsNames) {
        GeneralName[] names =
                Arrays.stream(dnsNames)
                        .flatMap(name -> Stream.of(new GeneralName(GeneralName.dNSName, name)))
                        .toArray(GeneralName[]::new);
        try {
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
        return builder;
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, KeyPair issuer) {
        try {
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
