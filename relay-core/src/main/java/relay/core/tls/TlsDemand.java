package relay.core.tls;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import relay.core.tls.Evidence.TlsVersion;

/// One thing that some policy demands of the connection to one host.
///
/// Policies never set a level. They add demands to a list, and every demand must be met before
/// `MAIL FROM` is sent, so a policy that is found on the way can tighten what the operator asked
/// for and never loosen it. **The empty list is opportunistic TLS** (RFC 7435 §3).
public sealed interface TlsDemand {

    /// Who asked. It names the policy in logs, metrics, notices and the tracking record.
    Source source();

    /// A policy that makes demands. `name` is the connector's name, the `domains` entry's pattern,
    /// the domain that publishes it, or empty.
    record Source(Kind kind, String name) {
        public enum Kind {
            CONNECTOR("connector"),
            DOMAIN("domain"),
            AUTHENTICATION("auth"),
            DANE("dane"),
            STS("mta-sts"),
            /// The message itself (RFC 8689).
            REQUIRETLS("requiretls");

            private final String label;

            Kind(String label) {
                this.label = label;
            }

            /// The word in metrics, logs and JSON.
            public String label() {
                return label;
            }
        }

        @Override
        public String toString() {
            return name.isEmpty() ? kind.label() : kind.label() + " " + name;
        }
    }

    /// TLS 1.2 or newer (RFC 8996 §4); the peer may be anyone. Exchange calls this
    /// `EncryptionOnly`.
    record Encryption(Source source) implements TlsDemand {
        @Override
        public String toString() {
            return "encryption (" + source + ")";
        }
    }

    /// Encryption, and a chain that ends at one of `roots` and is valid now; the name may be any.
    record TrustedChain(Source source, RootSet roots) implements TlsDemand {

        /// Of the common roots.
        public TrustedChain(Source source) {
            this(source, RootSet.COMMON);
        }

        @Override
        public String toString() {
            return trusted(roots) + " (" + source + ")";
        }
    }

    /// Encryption, a chain that ends at one of `roots` and is valid now, and a certificate for one of
    /// `names`: DNS names in lower case, where `*.x` also accepts a certificate for any name one
    /// label below `x`.
    record TrustedName(Source source, Set<String> names, RootSet roots) implements TlsDemand {

        /// Of the common roots.
        public TrustedName(Source source, Set<String> names) {
            this(source, names, RootSet.COMMON);
        }

        public TrustedName {
            if (names.isEmpty())
                throw new IllegalArgumentException("a demand for a name has a name");
            names = Set.copyOf(names);
        }

        /// Those of a certificate's names for which it is accepted, sorted.
        public List<String> metBy(Set<String> presentedNames) {
            return presentedNames.stream()
                    .filter(presented ->
                            names.stream().anyMatch(name -> CertificateName.fits(presented, name)))
                    .sorted()
                    .toList();
        }

        @Override
        public String toString() {
            return trusted(roots)
                    + " for "
                    + String.join(" or ", names.stream().sorted().toList())
                    + " ("
                    + source
                    + ")";
        }
    }

    /// Encryption, and a certificate that one of the TLSA `records` is about (RFC 7672 §3.1): the
    /// host's own, whatever name and age it has; or one that vouches for it, and then the host's is
    /// for one of `names`. `host` is the name that the records stand under; it is sent as SNI.
    record DaneMatch(Source source, String host, List<Tlsa> records, Set<String> names)
            implements TlsDemand {
        public DaneMatch {
            if (records.isEmpty())
                throw new IllegalArgumentException("a demand for a match has a record");
            records = List.copyOf(records);
            names = Set.copyOf(names);
        }

        /// Those of the records that are about a certificate of [Evidence.Encrypted#path].
        public List<Tlsa> matching(List<CertificateDigests> path) {
            if (path.isEmpty()) return List.of();
            List<CertificateDigests> issuers = path.subList(1, path.size());
            return records.stream()
                    .filter(tlsa ->
                            tlsa.isForHost()
                                    ? tlsa.matches(path.getFirst())
                                    : issuers.stream().anyMatch(tlsa::matches))
                    .toList();
        }

        @Override
        public String toString() {
            return "a certificate that fits the TLSA records of " + host + " (" + source + ")";
        }
    }

    /// Encryption, and a certificate of the host's own that has one of `pins`, whatever name, age and
    /// issuer it has.
    record Pinned(Source source, Set<TlsPin> pins) implements TlsDemand {
        public Pinned {
            if (pins.isEmpty()) throw new IllegalArgumentException("a demand for a pin has a pin");
            pins = Set.copyOf(pins);
        }

        /// Those of the pins that the first certificate of [Evidence.Encrypted#path] has.
        public List<TlsPin> matching(List<CertificateDigests> path) {
            return path.stream()
                    .limit(1)
                    .flatMap(own -> pins.stream().filter(pin -> pin.matches(own)))
                    .toList();
        }

        @Override
        public String toString() {
            return "a pinned certificate (" + source + ")";
        }
    }

    /// Encryption, by this version of TLS or a newer one.
    record MinVersion(Source source, TlsVersion oldest) implements TlsDemand {
        @Override
        public String toString() {
            return oldest.label() + " or newer (" + source + ")";
        }
    }

    /// Encryption, by one of `suites`.
    record OneOfSuites(Source source, Set<CipherSuite> suites) implements TlsDemand {
        public OneOfSuites {
            if (suites.isEmpty())
                throw new IllegalArgumentException("a demand for a suite has a suite");
            suites = Set.copyOf(suites);
        }

        @Override
        public String toString() {
            return "one of the cipher suites "
                    + CipherSuite.sortedNames(suites).collect(Collectors.joining(" "))
                    + " ("
                    + source
                    + ")";
        }
    }

    /// What `demand` asks for, met also by a version of TLS that is too old for every other demand:
    /// so says the operator, for a while. The time was looked at when the demand was made. Only what
    /// the configuration demands can have an exception; what a partner publishes never.
    record Legacy(TlsDemand demand, LegacyException exception) implements TlsDemand {
        public Legacy {
            switch (demand) {
                case Encryption _,
                        TrustedChain _,
                        TrustedName _,
                        Pinned _,
                        MinVersion _,
                        OneOfSuites _ -> {}
                case DaneMatch _, StsMatch _, Legacy _ ->
                        throw new IllegalArgumentException("no exception from " + demand);
            }
        }

        @Override
        public Source source() {
            return demand.source();
        }

        @Override
        public String toString() {
            return demand + ", " + exception;
        }
    }

    /// The oldest version of TLS that can meet it.
    default TlsVersion oldestVersion() {
        return switch (this) {
            case Legacy(_, var exception) -> exception.minVersion();
            case MinVersion(_, var oldest) -> oldest;
            case Encryption _,
                    TrustedChain _,
                    TrustedName _,
                    DaneMatch _,
                    StsMatch _,
                    Pinned _,
                    OneOfSuites _ ->
                    ProtocolTerms.OLDEST;
        };
    }

    /// The suites that can meet it; empty where any can.
    static Optional<Set<CipherSuite>> suites(TlsDemand demand) {
        return switch (demand) {
            case OneOfSuites(_, var suites) -> Optional.of(suites);
            case Legacy(var inner, _) -> suites(inner);
            case Encryption _,
                    TrustedChain _,
                    TrustedName _,
                    DaneMatch _,
                    StsMatch _,
                    Pinned _,
                    MinVersion _ ->
                    Optional.empty();
        };
    }

    private static String trusted(RootSet roots) {
        return switch (roots) {
            case RootSet.Common _ -> "a trusted certificate";
            case RootSet.Own(var file, _) -> "a certificate trusted by " + file;
        };
    }

    /// The roots other than the common ones that `demands` name: the chain is judged by each.
    static Set<RootSet.Own> ownRoots(List<TlsDemand> demands) {
        return demands.stream()
                .flatMap(demand -> ownRoots(demand).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Optional<RootSet.Own> ownRoots(TlsDemand demand) {
        return switch (demand) {
            case TrustedChain(_, RootSet.Own own) -> Optional.of(own);
            case TrustedName(_, _, RootSet.Own own) -> Optional.of(own);
            case Legacy(var inner, _) -> ownRoots(inner);
            case TrustedChain _,
                    TrustedName _,
                    Encryption _,
                    DaneMatch _,
                    StsMatch _,
                    Pinned _,
                    MinVersion _,
                    OneOfSuites _ ->
                    Optional.empty();
        };
    }

    /// Whether one of them is for a pin: then the certificate's digests are evidence.
    static boolean askForPins(List<TlsDemand> demands) {
        return demands.stream()
                .map(demand -> demand instanceof Legacy(var inner, _) ? inner : demand)
                .anyMatch(Pinned.class::isInstance);
    }

    /// That the MTA-STS policy lists the MX `host` (RFC 8461 §4.1), by name or by pattern in `mx`;
    /// encryption, and a trusted certificate for the host's name (RFC 8461 §4.2).
    record StsMatch(Source source, String host, List<String> mx) implements TlsDemand {
        public StsMatch {
            mx = List.copyOf(mx);
        }

        boolean isListed() {
            return mx.stream().anyMatch(pattern -> StsPolicy.fits(host, pattern));
        }

        /// Those of a certificate's names for which it is accepted, sorted.
        public List<String> metBy(Set<String> presentedNames) {
            return new TrustedName(source, Set.of(host)).metBy(presentedNames);
        }

        @Override
        public String toString() {
            return "a trusted certificate for "
                    + host
                    + ", an MX host of the policy ("
                    + source
                    + ")";
        }
    }

    /// Those of the demands that the host cannot meet whatever it shows, so that there is no point
    /// in a connection.
    static List<Unmet> outOfReach(List<TlsDemand> demands) {
        return demands.stream().flatMap(demand -> Unmet.outOfReach(demand).stream()).toList();
    }

    /// The demands that `evidence` leaves unmet, each with what was missing; empty means the
    /// transaction may begin.
    ///
    /// This one question gates a fresh connection, another message on an open one, and the
    /// fall-back to plaintext.
    static List<Unmet> unmet(List<TlsDemand> demands, Evidence evidence) {
        return demands.stream().flatMap(demand -> Unmet.of(demand, evidence).stream()).toList();
    }
}
