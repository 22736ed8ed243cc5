package relay.server.listener;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/// What the relay shows its clients: a certificate chain, leaf first, and the leaf's key. `label` is
/// its name in metrics.
public record ServerCertificate(String label, List<X509Certificate> chain, PrivateKey key) {
    public ServerCertificate {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) throw new IllegalArgumentException("no certificate");
    }

    /// Reads PEM files: the chain, leaf first, and its key in PKCS #8, PKCS #1 or SEC 1 form,
    /// without a passphrase. The exception's message says which file is wrong, and why.
    public static ServerCertificate read(Path certFile, Path keyFile) throws IOException {
        List<X509Certificate> chain = readChain(certFile);
        PrivateKey key = readKey(keyFile);
        if (!belongTogether(chain.getFirst().getPublicKey(), key)) {
            throw new IOException(keyFile + ": not the key of the certificate in " + certFile);
        }
        return new ServerCertificate(certFile.toString(), chain, key);
    }

    /// When the leaf expires.
    public Instant expiry() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    @Override
    public String toString() {
        return chain.getFirst().getSubjectX500Principal() + " until " + expiry();
    }

    private static List<X509Certificate> readChain(Path file) throws IOException {
        var converter = new JcaX509CertificateConverter();
        var chain = new ArrayList<X509Certificate>();
        try {
            for (Object item : items(file)) {
                if (item instanceof X509CertificateHolder certificate)
                    chain.add(converter.getCertificate(certificate));
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        if (chain.isEmpty()) throw new IOException(file + ": has no certificate");
        return chain;
    }

    private static PrivateKey readKey(Path file) throws IOException {
        var converter = new JcaPEMKeyConverter();
        for (Object item : items(file)) {
            switch (item) {
                case PrivateKeyInfo key -> {
                    return converter.getPrivateKey(key);
                }
                case PEMKeyPair pair -> {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                }
                case PKCS8EncryptedPrivateKeyInfo _ ->
                        throw new IOException(file + ": the key has a passphrase");
                default -> {} // parameters of an elliptic curve, or a certificate beside the key
            }
        }
        throw new IOException(file + ": has no private key");
    }

    private static List<Object> items(Path file) throws IOException {
        var items = new ArrayList<Object>();
        try (var parser = new PEMParser(new StringReader(Files.readString(file)))) {
            for (Object item = parser.readObject(); item != null; item = parser.readObject())
                items.add(item);
        } catch (PEMException e) {
            throw new IOException(file + ": no PEM file: " + e.getMessage(), e);
        }
        return items;
    }

    private static boolean belongTogether(PublicKey publicKey, PrivateKey key) {
        try {
            var signature = Signature.getInstance(algorithm(key));
            byte[] sample = {1, 2, 3};
            signature.initSign(key);
            signature.update(sample);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static String algorithm(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC", "ECDSA" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
    }
}
