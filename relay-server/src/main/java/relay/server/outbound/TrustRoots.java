package relay.server.outbound;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// The certificates at which a host's chain may end. Immutable.
public record TrustRoots(Set<X509Certificate> certificates) {
    public TrustRoots {
        certificates = Set.copyOf(certificates);
    }

    /// The roots of the Java runtime, or of `javax.net.ssl.trustStore` where that is set.
    public static TrustRoots system() {
        try {
            var factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            return new TrustRoots(
                    Arrays.stream(factory.getTrustManagers())
                            .filter(X509TrustManager.class::isInstance)
                            .flatMap(manager ->
                                    Arrays.stream(
                                            ((X509TrustManager) manager).getAcceptedIssuers()))
                            .collect(Collectors.toSet()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime has no trust roots", e);
        }
    }

    /// The certificates of a PEM file. Throws [IOException] where it cannot be read or has none.
    public static TrustRoots pem(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return of(CertificateFactory.getInstance("X.509").generateCertificates(in), file);
        } catch (CertificateException e) {
            throw new IOException(file + ": not a PEM file of certificates", e);
        }
    }

    /// For clients of HTTPS, which trust these roots alone.
    public SSLContext tls() {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (X509Certificate root : certificates) {
                store.setCertificateEntry("root-" + number++, root);
            }
            var factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the trust roots cannot be used for HTTPS", e);
        }
    }

    private static TrustRoots of(Collection<? extends Certificate> read, Path file)
            throws IOException {
        var certificates = new HashSet<X509Certificate>();
        for (var certificate : read) certificates.add((X509Certificate) certificate);
        if (certificates.isEmpty()) throw new IOException(file + ": no certificate in it");
        return new TrustRoots(certificates);
    }
}
