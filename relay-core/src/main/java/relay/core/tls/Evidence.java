package relay.core.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What one connection turned out to be: facts only, no judgement. [TlsDemand#unmet] judges.
public sealed interface Evidence {

    /// Not encrypted, and why. After a failed handshake the connection is dead (RFC 3207 §4.1); the
    /// evidence then only explains.
    record Plaintext(Unmet.Shortfall why, String detail) implements Evidence {}

    /// Encrypted. `cipherSuite` is the IANA name; `group` the key exchange group, empty where the
    /// TLS library does not tell; `presentedNames` are the DNS names of the leaf certificate's
    /// subjectAltName in lower case (never its common name, RFC 9525 §2); `chain` is what the host
    /// sent, leaf first; `path` has the leaf and above it, as far as each is valid now and vouches
    /// for the one before, its issuers: those that the host sent, and one that a TLSA record holds;
    /// it is empty where no demand asks for a digest. `verdict` is that of the common roots,
    /// `ownVerdicts` those of the roots that demands name beside them. `presented` is our own
    /// chain, leaf first, where the host asked for it. `status` is what the host stapled.
    record Encrypted(
            TlsVersion protocol,
            String cipherSuite,
            String group,
            ChainVerdict verdict,
            Set<String> presentedNames,
            List<X509Certificate> chain,
            List<CertificateDigests> path,
            Map<RootSet.Own, ChainVerdict> ownVerdicts,
            List<X509Certificate> presented,
            StapledStatus status)
            implements Evidence {
        private static final ChainVerdict NOT_JUDGED =
                new ChainVerdict.Untrusted("the chain was not compared with these roots");

        public Encrypted {
            ownVerdicts = Map.copyOf(ownVerdicts);
            presented = List.copyOf(presented);
            presentedNames = Set.copyOf(presentedNames);
            chain = List.copyOf(chain);
            path = List.copyOf(path);
        }

        /// Who the other side is by its certificate: the first of its names, or its subject where
        /// it has none. Empty where the chain does not end at a trusted root.
        public Optional<String> identity() {
            if (chain.isEmpty() || !(verdict instanceof ChainVerdict.Trusted)) {
                return Optional.empty();
            }
            String subject = chain.getFirst().getSubjectX500Principal().getName();
            return Optional.of(presentedNames.stream().sorted().findFirst().orElse(subject));
        }

        /// Where no other roots are asked about.
        public Encrypted(
                TlsVersion protocol,
                String cipherSuite,
                String group,
                ChainVerdict verdict,
                Set<String> presentedNames,
                List<X509Certificate> chain,
                List<CertificateDigests> path) {
            this(
                    protocol,
                    cipherSuite,
                    group,
                    verdict,
                    presentedNames,
                    chain,
                    path,
                    Map.of(),
                    List.of(),
                    new StapledStatus.None());
        }

        /// Where no digest is asked for either.
        public Encrypted(
                TlsVersion protocol,
                String cipherSuite,
                String group,
                ChainVerdict verdict,
                Set<String> presentedNames,
                List<X509Certificate> chain) {
            this(protocol, cipherSuite, group, verdict, presentedNames, chain, List.of());
        }

        /// Of `roots`; a set that nobody judged by trusts nothing.
        public ChainVerdict verdict(RootSet roots) {
            return switch (roots) {
                case RootSet.Common _ -> verdict;
                case RootSet.Own own -> ownVerdicts.getOrDefault(own, NOT_JUDGED);
            };
        }

        /// The best there is, for people: [ChainVerdict.Trusted] where any of the roots trusts it.
        public ChainVerdict bestVerdict() {
            return ownVerdicts.values().stream()
                    .filter(ChainVerdict.Trusted.class::isInstance)
                    .findFirst()
                    .orElse(verdict);
        }
    }

    /// Whether the chain ends at one of some roots and every certificate in it was valid at the time
    /// of the handshake.
    sealed interface ChainVerdict {
        record Trusted() implements ChainVerdict {}

        record Expired(String detail) implements ChainVerdict {}

        record Untrusted(String detail) implements ChainVerdict {}
    }

    enum TlsVersion {
        TLS_1_0("TLSv1.0"),
        TLS_1_1("TLSv1.1"),
        TLS_1_2("TLSv1.2"),
        TLS_1_3("TLSv1.3");

        private final String label;

        TlsVersion(String label) {
            this.label = label;
        }

        /// As logs, metrics and the Received field write it.
        public String label() {
            return label;
        }
    }
}
