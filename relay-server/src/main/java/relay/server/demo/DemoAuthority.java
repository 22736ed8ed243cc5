package relay.server.demo;

import java.io.IOException;
import java.io.StringWriter;
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
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A certification authority that lives for one demonstration.
public final class DemoAuthority {
    private static final Duration LIFETIME = Duration.ofDays(1);
    private final KeyPair keys = newKeys();
    private final X509Certificate root;
    private long serial = 1;

    public DemoAuthority(Instant now) {
        root = issue("CN=relay demo root", keys, now, Purpose.AUTHORITY);
    }

    private enum Purpose {
        AUTHORITY,
        HOST
    }

    /// The root, for `tls.trust`.
    public String rootPem() {
        var text = new StringWriter();
        try (var pem = new JcaPEMWriter(text)) {
            pem.writeObject(root);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    /// What a host of that name needs to speak TLS as a server.
    public SSLContext serverContext(String hostName, Instant now) {
        KeyPair hostKeys = newKeys();
        X509Certificate leaf = issue("CN=" + hostName, hostKeys, now, Purpose.HOST);
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "host", hostKeys.getPrivate(), new char[0], new Certificate[] {leaf, root});
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, new char[0]);
            var context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate issue(
            String subject, KeyPair subjectKeys, Instant now, Purpose purpose) {
        var builder =
                new JcaX509v3CertificateBuilder(
                        new X500Name("CN=relay demo root"),
                        BigInteger.valueOf(serial++),
                        Date.from(now.minus(LIFETIME)),
                        Date.from(now.plus(LIFETIME)),
                        new X500Name(subject),
                        subjectKeys.getPublic());
        try {
            builder.addExtension(
                    Extension.basicConstraints,
                    true,
                    new BasicConstraints(purpose == Purpose.AUTHORITY));
            if (purpose == Purpose.HOST) {
                String name = subject.substring("CN=".length());
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.dNSName, name)));
            }
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
