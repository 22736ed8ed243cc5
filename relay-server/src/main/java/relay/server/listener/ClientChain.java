package relay.server.listener;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import relay.core.tls.Evidence.ChainVerdict;

/// Judges the certificates that clients show (RFC 5280 §6). What a certificate was issued for is not
/// looked at: mail servers show the one they serve with. Revocation is not checked. Any thread.
final class ClientChain {
    private static final int DNS_NAME = 2;

    /// How many ways there are from a leaf to a root grows with a power of the certificates that a
    /// client sends, all of one name and none the right one; they are tried on an event loop.
    static final int MAX_CERTIFICATES = 8;

    private ClientChain() {}

    /// Whether `chain`, leaf first, ends at one of `roots` and is valid at `now`.
    static ChainVerdict verdict(
            List<X509Certificate> chain, List<X509Certificate> roots, Instant now) {
        if (chain.isEmpty()) return new ChainVerdict.Untrusted("no client certificate");
        if (chain.size() > MAX_CERTIFICATES) {
            return new ChainVerdict.Untrusted(chain.size() + " certificates are no chain");
        }
        try {
            chain.getFirst().checkValidity(Date.from(now));
            build(chain, roots, now);
            return new ChainVerdict.Trusted();
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            return new ChainVerdict.Expired(String.valueOf(e.getMessage()));
        } catch (CertPathBuilderException e) {
            return new ChainVerdict.Untrusted("no path to a root of clientCertificateTrust");
        } catch (GeneralSecurityException e) {
            return new ChainVerdict.Untrusted(e.toString());
        }
    }

    private static void build(List<X509Certificate> chain, List<X509Certificate> roots, Instant now)
            throws GeneralSecurityException {
        Set<TrustAnchor> anchors =
                roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
        if (anchors.isEmpty()) throw new CertPathBuilderException("no roots");
        var leaf = new X509CertSelector();
        leaf.setCertificate(chain.getFirst());
        var parameters = new PKIXBuilderParameters(anchors, leaf);
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
        parameters.setDate(Date.from(now));
        parameters.setRevocationEnabled(false);
        CertPathBuilder.getInstance("PKIX").build(parameters);
    }

    /// The DNS names of the leaf's subjectAltName in lower case; never its common name (RFC 9525
    /// §2).
    static Set<String> names(List<X509Certificate> chain) {
        Set<String> names = new HashSet<>();
        if (chain.isEmpty()) return names;
        try {
            @Nullable Collection<List<?>> all = chain.getFirst().getSubjectAlternativeNames();
            if (all == null) return names;
            for (List<?> name : all) {
                if (name.get(0).equals(DNS_NAME)) {
                    names.add(name.get(1).toString().toLowerCase(Locale.ROOT));
                }
            }
        } catch (CertificateParsingException _) {
            // A certificate whose names cannot be read has none.
        }
        return names;
    }
}
