package relay.server.sts;

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
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A root of our own, and servers with certificates below it.
final class Certificates {
    private static final X500Name NAME = new X500Name("CN=policy test root");

    private final KeyPair keys = newKeys();
    private final X509Certificate root;
    private long serial = 1;

    Certificates() {
        root = sign(builder(NAME, keys, tomorrow()), true);
    }

    List<X509Certificate> roots() {
        return List.of(root);
    }

    /// A server of that name.
    SSLContext named(String dnsName) {
        return context("CN=host", tomorrow(), new GeneralName(GeneralName.dNSName, dnsName));
    }

    SSLContext expired(String dnsName) {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        return context("CN=host", yesterday, new GeneralName(GeneralName.dNSName, dnsName));
    }

    /// Named by the subject's common name alone.
    SSLContext withCommonName(String dnsName) {
        return context("CN=" + dnsName, tomorrow());
    }

    private static Instant tomorrow() {
        return Instant.now().plus(Duration.ofDays(1));
    }

    private SSLContext context(String subject, Instant end, GeneralName... names) {
        KeyPair own = newKeys();
        var builder = builder(new X500Name(subject), own, end);
        try {
            if (names.length > 0) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names));
            }
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            Certificate[] chain = {sign(builder, false), root};
            store.setKeyEntry("host", own.getPrivate(), new char[0], chain);
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, new char[0]);
            var context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private JcaX509v3CertificateBuilder builder(X500Name subject, KeyPair own, Instant end) {
        return new JcaX509v3CertificateBuilder(
                NAME,
                BigInteger.valueOf(serial++),
                Date.from(end.minus(Duration.ofDays(5))),
                Date.from(end),
                subject,
                own.getPublic());
    }

    private X509Certificate sign(JcaX509v3CertificateBuilder builder, boolean authority) {
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
