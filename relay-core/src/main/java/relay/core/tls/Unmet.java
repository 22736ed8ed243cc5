package relay.core.tls;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import relay.core.tls.Evidence.ChainVerdict;

/// A demand that a connection does not meet, and why. `seen` is a short text for people, with no
/// line ends.
public record Unmet(TlsDemand demand, Shortfall shortfall, String seen) {
    private static final int MAX_NAMES = 5;

    /// What was missing: the `reason` of `relay_tls_failures_total`.
    public enum Shortfall {
        NOT_OFFERED("not-offered"),
        REFUSED("refused"),
        HANDSHAKE_FAILED("handshake-failed"),
        OLD_PROTOCOL("old-protocol"),
        EXPIRED("expired"),
        UNTRUSTED("untrusted"),
        REVOKED("revoked"),
        OCSP_INVALID("ocsp-invalid"),
        OCSP_MISSING("ocsp-missing"),
        NAME_MISMATCH("name-mismatch"),
        TLSA_MISMATCH("tlsa-mismatch"),
        PIN_MISMATCH("pin-mismatch"),
        SUITE_MISMATCH("suite-mismatch"),
        MX_MISMATCH("mx-mismatch"),
        REQUIRETLS_NOT_OFFERED("requiretls-not-offered");

        private final String label;

        Shortfall(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    static Optional<Unmet> of(TlsDemand demand, Evidence evidence) {
        Optional<Unmet> outOfReach = outOfReach(demand);
        if (outOfReach.isPresent()) return outOfReach;
        return switch (evidence) {
            case Evidence.Plaintext(var why, var detail) ->
                    Optional.of(new Unmet(demand, why, detail));
            case Evidence.Encrypted tls -> judge(demand, tls);
        };
    }

    static Optional<Unmet> outOfReach(TlsDemand demand) {
        return demand instanceof TlsDemand.StsMatch sts && !sts.isListed()
                ? Optional.of(new Unmet(demand, Shortfall.MX_MISMATCH, listed(sts)))
                : Optional.empty();
    }

    private static String listed(TlsDemand.StsMatch demand) {
        return "the policy lists " + some(demand.mx()) + " and not " + demand.host();
    }

    private static Optional<Unmet> judge(TlsDemand demand, Evidence.Encrypted tls) {
        if (tls.protocol().compareTo(demand.oldestVersion()) < 0) {
            return Optional.of(new Unmet(demand, Shortfall.OLD_PROTOCOL, tls.protocol().label()));
        }
        return besideVersion(demand, tls);
    }

    private static Optional<Unmet> besideVersion(TlsDemand demand, Evidence.Encrypted tls) {
        return switch (demand) {
            case TlsDemand.Encryption _, TlsDemand.MinVersion _ -> Optional.empty();
            case TlsDemand.Legacy(var inner, _) ->
                    besideVersion(inner, tls)
                            .map(unmet -> new Unmet(demand, unmet.shortfall(), unmet.seen()));
            case TlsDemand.OneOfSuites(_, var suites) ->
                    suites.stream().anyMatch(suite -> suite.name().equals(tls.cipherSuite()))
                            ? Optional.empty()
                            : Optional.of(
                                    new Unmet(demand, Shortfall.SUITE_MISMATCH, tls.cipherSuite()));
            case TlsDemand.TrustedChain(_, var roots) ->
                    untrusted(demand, tls.verdict(roots), tls.status());
            case TlsDemand.TrustedName(_, var names, var roots) ->
                    untrusted(demand, tls.verdict(roots), tls.status())
                            .or(() -> wrongName(demand, names, tls));
            case TlsDemand.DaneMatch dane -> unmatched(dane, tls);
            case TlsDemand.Pinned pinned -> unpinned(pinned, tls);
            case TlsDemand.StsMatch(_, var host, _) ->
                    untrusted(demand, tls.verdict(), tls.status())
                            .or(() -> wrongName(demand, Set.of(host), tls));
        };
    }

    /// The host's own certificate needs no name and no date, and no issuer takes it back (RFC 7672
    /// §3.1.1, RFC 7671 §5.1); one that another vouches for has a name (RFC 7672 §3.1.2) and a status,
    /// and its dates were checked with the path.
    private static Optional<Unmet> unmatched(TlsDemand.DaneMatch demand, Evidence.Encrypted tls) {
        List<Tlsa> matching = demand.matching(tls.path());
        if (matching.stream().anyMatch(Tlsa::isForHost)) return Optional.empty();
        if (!matching.isEmpty()) {
            return takenBack(demand, tls.status()).or(() -> wrongName(demand, demand.names(), tls));
        }
        return Optional.of(new Unmet(demand, Shortfall.TLSA_MISMATCH, digests(tls)));
    }

    private static Optional<Unmet> unpinned(TlsDemand.Pinned demand, Evidence.Encrypted tls) {
        return demand.matching(tls.path()).isEmpty()
                ? Optional.of(new Unmet(demand, Shortfall.PIN_MISMATCH, digests(tls)))
                : Optional.empty();
    }

    private static String digests(Evidence.Encrypted tls) {
        return tls.path().stream()
                .findFirst()
                .map(Unmet::digests)
                .orElse("the host sent no certificate");
    }

    private static String digests(CertificateDigests own) {
        return "the certificate's SHA-256 is "
                + own.certificate().sha256()
                + ", its key's "
                + own.publicKey().sha256();
    }

    private static Optional<Unmet> untrusted(
            TlsDemand demand, ChainVerdict verdict, StapledStatus status) {
        return switch (verdict) {
            case ChainVerdict.Trusted _ -> takenBack(demand, status);
            case ChainVerdict.Expired(var detail) ->
                    Optional.of(new Unmet(demand, Shortfall.EXPIRED, detail));
            case ChainVerdict.Untrusted(var detail) ->
                    Optional.of(new Unmet(demand, Shortfall.UNTRUSTED, detail));
        };
    }

    /// Whoever asks for a status is to give up where what comes is not satisfactory (RFC 6066 §8), or
    /// where none comes that the certificate promises (RFC 7633 §4.3.3).
    private static Optional<Unmet> takenBack(TlsDemand demand, StapledStatus status) {
        return switch (status) {
            case StapledStatus.None _, StapledStatus.Good _ -> Optional.empty();
            case StapledStatus.Revoked(var detail) ->
                    Optional.of(new Unmet(demand, Shortfall.REVOKED, detail));
            case StapledStatus.Unusable(var detail) ->
                    Optional.of(new Unmet(demand, Shortfall.OCSP_INVALID, detail));
            case StapledStatus.Missing _ ->
                    Optional.of(
                            new Unmet(
                                    demand,
                                    Shortfall.OCSP_MISSING,
                                    "the certificate promises an OCSP response with each"
                                            + " handshake"));
        };
    }

    private static Optional<Unmet> wrongName(
            TlsDemand demand, Set<String> wanted, Evidence.Encrypted tls) {
        boolean fits =
                tls.presentedNames().stream()
                        .anyMatch(presented ->
                                wanted.stream()
                                        .anyMatch(name -> CertificateName.fits(presented, name)));
        return fits
                ? Optional.empty()
                : Optional.of(
                        new Unmet(demand, Shortfall.NAME_MISMATCH, seen(tls.presentedNames())));
    }

    /// A certificate may have thousands of names; a few tell whose it is.
    private static String seen(Set<String> presented) {
        if (presented.isEmpty()) return "the certificate names no host";
        return "the certificate is for " + some(presented);
    }

    private static String some(Collection<String> names) {
        String shown = names.stream().sorted().limit(MAX_NAMES).collect(Collectors.joining(", "));
        int more = names.size() - MAX_NAMES;
        return shown + (more > 0 ? " and " + more + " more" : "");
    }

    @Override
    public String toString() {
        return demand + ": " + shortfall.label() + (seen.isEmpty() ? "" : " (" + seen + ")");
    }
}
