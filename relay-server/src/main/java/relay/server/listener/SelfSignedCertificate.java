package relay.server.listener;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import relay.core.address.Domain;

/// The certificate of a relay that was given none: made once in the data folder, so that clients
/// which remember it find it again. It encrypts and vouches for nothing (RFC 7435 §3).
public final class SelfSignedCertificate {
    private static final String CERT_FILE = "self-signed.crt";
    private static final String KEY_FILE = "self-signed.key";
    private static final Duration LIFETIME = Duration.ofDays(3650);
    private static final Duration CLOCK_SKEW = Duration.ofDays(1);

    private SelfSignedCertificate() {}

    /// The certificate in `folder`; a new one where there is none, or one that is damaged, expired
    /// at `now` or for another name. The key file has mode 0600.
    public static ServerCertificate in(Path folder, Domain hostname, Instant now)
            throws IOException {
        Optional<ServerCertificate> old = existing(folder, hostname, now);
        return old.isPresent() ? old.get() : make(folder, hostname, now);
    }

    private static Optional<ServerCertificate> existing(Path folder, Domain hostname, Instant now) {
        try {
            var found = ServerCertificate.read(folder.resolve(CERT_FILE), folder.resolve(KEY_FILE));
            X509Certificate leaf = found.chain().getFirst();
            boolean fits = found.expiry().isAfter(now) && names(leaf).contains(text(hostname));
            return fits ? Optional.of(found) : Optional.empty();
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private static Set<Object> names(X509Certificate leaf) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return names == null ? Set.of() : Set.of(names.iterator().next().get(1));
        } catch (CertificateParsingException _) {
            return Set.of();
        }
    }

    private static ServerCertificate make(Path folder, Domain hostname, Instant now)
            throws IOException {
        Files.createDirectories(folder);
        try {
            KeyPair pair = newKeyPair();
            X509Certificate certificate = sign(pair, hostname, now);
            write(folder.resolve(KEY_FILE), new JcaPKCS8Generator(pair.getPrivate(), null));
            write(folder.resolve(CERT_FILE), certificate);
            String label = folder.resolve(CERT_FILE).toString();
            return new ServerCertificate(label, List.of(certificate), pair.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("cannot make a certificate: " + e.getMessage(), e);
        }
    }

    private static KeyPair newKeyPair() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate sign(KeyPair pair, Domain hostname, Instant now)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        // A common name holds 64 characters at most; the name that counts is the alternative one.
        var subject = new X500Principal("CN=relay");
        var builder =
                new JcaX509v3CertificateBuilder(
                        subject,
                        new BigInteger(127, new SecureRandom()),
                        Date.from(now.minus(CLOCK_SKEW)),
                        Date.from(now.plus(LIFETIME)),
                        subject,
                        pair.getPublic());
        int kind = hostname.isAddressLiteral() ? GeneralName.iPAddress : GeneralName.dNSName;
        var names = new GeneralNames(new GeneralName(kind, text(hostname)));
        builder.addExtension(Extension.subjectAlternativeName, false, names);
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }

    private static String text(Domain hostname) {
        return hostname.literalAddress()
                .map(address -> address.getHostAddress())
                .orElse(hostname.name());
    }

    /// Writes beside and renames, so that no crash leaves half a file.
    private static void write(Path file, Object item) throws IOException {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(item);
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        var ownerOnly =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(fresh, ownerOnly);
        Files.writeString(fresh, text.toString(), StandardOpenOption.TRUNCATE_EXISTING);
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
