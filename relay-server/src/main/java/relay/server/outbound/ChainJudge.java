package relay.server.outbound;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathValidator;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import relay.core.smtp.RemoteText;
import relay.core.tls.CertificateDigests;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.RootSet;
import relay.core.tls.StapledStatus;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.DaneMatch;
import relay.core.tls.Tlsa;

/// Says whether a host's certificate chain is to be trusted (RFC 5280 §6): a path from the leaf,
/// over what the host sent, to a trust root, valid now and for TLS servers. The name is not looked
/// at: that is a demand's business. Of revocation it knows what the host staples.
///
/// Immutable; any thread. A verdict takes about a millisecond of CPU: not for an event loop. Of what a
/// host sends beyond [#MAX_CERTIFICATES] nothing is looked through.
final class ChainJudge {
    /// As many as the JDK's own TLS takes. BoringSSL takes a list of 100 KiB, and 60 certificates that
    /// vouch for each other in all ways cost a second of CPU, 300 almost an hour.
    static final int MAX_CERTIFICATES = 10;

    private static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
    private static final int MAX_DETAIL_CHARS = 200;

    private final Anchors common;
    private final InstantSource clock;

    /// Roots, and the same as the path builder wants them.
    private record Anchors(Set<X509Certificate> roots, Set<TrustAnchor> anchors) {
        static Anchors of(Set<X509Certificate> roots) {
            return new Anchors(
                    roots,
                    roots.stream()
                            .map(root -> new TrustAnchor(root, null))
                            .collect(Collectors.toUnmodifiableSet()));
        }
    }

    /// `common` are the roots for demands that name no others.
    ChainJudge(TrustRoots common, InstantSource clock) {
        this.common = Anchors.of(common.certificates());
        this.clock = clock;
    }

    /// By the common roots. `chain` is what the host sent, leaf first.
    ChainVerdict judge(List<X509Certificate> chain) {
        return judge(chain, common);
    }

    /// By each of the other roots that `demands` name.
    Map<RootSet.Own, ChainVerdict> judge(List<X509Certificate> chain, List<TlsDemand> demands) {
        return TlsDemand.ownRoots(demands).stream()
                .collect(
                        Collectors.toUnmodifiableMap(
                                Function.identity(),
                                own -> judge(chain, Anchors.of(own.certificates()))));
    }

    /// Whether the first certificate of `chain` still holds, by the OCSP response that the host
    /// `stapled`; the issuer is in the chain or among the roots. Empty where it stapled none.
    StapledStatus status(List<X509Certificate> chain, byte[] stapled, List<TlsDemand> demands) {
        if (chain.isEmpty()) return new StapledStatus.None();
        var issuers = new ArrayList<>(chain.subList(0, Math.min(chain.size(), MAX_CERTIFICATES)));
        issuers.addAll(common.roots());
        TlsDemand.ownRoots(demands).forEach(own -> issuers.addAll(own.certificates()));
        return new StapledResponse(chain.getFirst(), issuers, clock.instant()).of(stapled);
    }

    private ChainVerdict judge(List<X509Certificate> chain, Anchors trusted) {
        if (chain.isEmpty()) return new ChainVerdict.Untrusted("the host sent no certificate");
        if (isTooLong(chain)) return new ChainVerdict.Untrusted(tooLong(chain));
        if (trusted.roots().isEmpty()) return new ChainVerdict.Untrusted("no root is trusted");
        Instant now = clock.instant();
        try {
            requirePath(chain, now, trusted);
            return new ChainVerdict.Trusted();
        } catch (GeneralSecurityException e) {
            return refused(chain, now, trusted, e);
        }
    }

    /// Tells a chain whose only fault is its age from one that was never good.
    private static ChainVerdict refused(
            List<X509Certificate> chain,
            Instant now,
            Anchors trusted,
            GeneralSecurityException why) {
        List<X509Certificate> outdated =
                chain.stream().filter(certificate -> !isValidAt(certificate, now)).toList();
        if (!outdated.isEmpty() && wasTrusted(chain, trusted)) {
            return new ChainVerdict.Expired(age(outdated.getFirst(), now));
        }
        return new ChainVerdict.Untrusted(untrusted(chain.getFirst(), why));
    }

    private static boolean wasTrusted(List<X509Certificate> chain, Anchors trusted) {
        Instant lastGood =
                chain.stream()
                        .map(certificate -> certificate.getNotAfter().toInstant())
                        .min(Instant::compareTo)
                        .orElseThrow();
        try {
            requirePath(chain, lastGood, trusted);
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static void requirePath(List<X509Certificate> chain, Instant at, Anchors trusted)
            throws GeneralSecurityException {
        X509Certificate leaf = chain.getFirst();
        if (trusted.roots().contains(leaf)) {
            // A root that is the leaf itself, as with a partner's self-signed certificate.
            leaf.checkValidity(Date.from(at));
            return;
        }
        CertPathBuilder.getInstance("PKIX").build(parameters(chain, at, trusted));
    }

    private static PKIXBuilderParameters parameters(
            List<X509Certificate> chain, Instant at, Anchors trusted)
            throws GeneralSecurityException {
        var target = new X509CertSelector();
        target.setCertificate(chain.getFirst());
        requireServerAuthentication(target);
        var parameters = new PKIXBuilderParameters(trusted.anchors(), target);
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        return parameters;
    }

    private static void requireServerAuthentication(X509CertSelector target)
            throws InvalidAlgorithmParameterException {
        try {
            target.setExtendedKeyUsage(Set.of(SERVER_AUTHENTICATION));
        } catch (IOException e) {
            throw new InvalidAlgorithmParameterException(e);
        }
    }

    /// What of the chain TLSA records and pins can be compared with, as [Evidence.Encrypted] has it;
    /// empty where no demand asks. PKIX decides for each issuer whether it vouches for what is below it
    /// (RFC 7671 §5.2).
    List<CertificateDigests> path(List<X509Certificate> chain, List<TlsDemand> demands) {
        List<Tlsa> records =
                demands.stream()
                        .filter(DaneMatch.class::isInstance)
                        .flatMap(demand -> ((DaneMatch) demand).records().stream())
                        .toList();
        boolean pinned = TlsDemand.askForPins(demands);
        if (chain.isEmpty() || (records.isEmpty() && !pinned)) return List.of();
        var path = new ArrayList<CertificateDigests>();
        path.add(CertificateDigests.of(chain.getFirst()));
        boolean issuersCount = records.stream().anyMatch(Tlsa::isForIssuer);
        if (issuersCount && !isTooLong(chain)) path.addAll(issuers(chain, records));
        return path;
    }

    private List<CertificateDigests> issuers(List<X509Certificate> chain, List<Tlsa> records) {
        Instant now = clock.instant();
        var issuers = new ArrayList<CertificateDigests>();
        for (int i = 1; i < chain.size(); i++) {
            var anchor = new TrustAnchor(chain.get(i), null);
            boolean vouches =
                    isValidAt(chain.get(i), now)
                            && isIssuer(chain.get(i))
                            && endsAt(anchor, chain.subList(0, i), now);
            if (vouches) issuers.add(CertificateDigests.of(chain.get(i)));
        }
        records.forEach(record ->
                PublishedAnchor.of(record)
                        .filter(published -> vouches(published, chain, now))
                        .ifPresent(published -> issuers.add(published.digests())));
        return issuers;
    }

    /// An anchor that the DNS holds may stand above any certificate that was sent.
    private static boolean vouches(
            PublishedAnchor published, List<X509Certificate> chain, Instant now) {
        for (int below = chain.size(); below > 0; below--) {
            List<X509Certificate> part = chain.subList(0, below);
            if (endsAt(published.anchorFor(part.getLast()), part, now)) return true;
        }
        return false;
    }

    private static boolean isTooLong(List<X509Certificate> chain) {
        return chain.size() > MAX_CERTIFICATES;
    }

    private static String tooLong(List<X509Certificate> chain) {
        return "the host sent a chain of %d certificates, and more than %d are not looked through"
                .formatted(chain.size(), MAX_CERTIFICATES);
    }

    private static boolean isIssuer(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }

    private static boolean endsAt(TrustAnchor anchor, List<X509Certificate> below, Instant now) {
        try {
            var path = CertificateFactory.getInstance("X.509").generateCertPath(below);
            var parameters = new PKIXParameters(Set.of(anchor));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
            return true;
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return false;
        }
    }

    private static boolean isValidAt(X509Certificate certificate, Instant at) {
        return !at.isBefore(certificate.getNotBefore().toInstant())
                && !at.isAfter(certificate.getNotAfter().toInstant());
    }

    private static String age(X509Certificate certificate, Instant now) {
        Instant from = certificate.getNotBefore().toInstant();
        String when =
                now.isBefore(from)
                        ? "valid only from " + from
                        : "expired " + certificate.getNotAfter().toInstant();
        return subject(certificate) + " " + when;
    }

    private static String untrusted(X509Certificate leaf, GeneralSecurityException why) {
        if (leaf.getSubjectX500Principal().equals(leaf.getIssuerX500Principal())) {
            return "self-signed: " + subject(leaf);
        }
        String issuer = leaf.getIssuerX500Principal().getName();
        // The builder's own message is always the same; a cause tells of a broken rule.
        String rule = why.getCause() == null ? "" : ": " + why.getCause().getMessage();
        return RemoteText.printable(
                "no path to a trusted root from a TLS server certificate issued by "
                        + issuer
                        + rule,
                MAX_DETAIL_CHARS);
    }

    private static String subject(X509Certificate certificate) {
        return RemoteText.printable(
                certificate.getSubjectX500Principal().getName(), MAX_DETAIL_CHARS);
    }
}
