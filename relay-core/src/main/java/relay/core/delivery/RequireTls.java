package relay.core.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import relay.core.delivery.NextHops.NextHop;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.routing.Lane;
import relay.core.routing.SendConnector;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Extension;
import relay.core.smtp.Extensions;
import relay.core.tls.Evidence;
import relay.core.tls.MessageTls;
import relay.core.tls.RootSet;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.DaneMatch;
import relay.core.tls.TlsDemand.Encryption;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.TlsDemand.TrustedName;
import relay.core.tls.TlsProof;
import relay.core.tls.TlsRequirement;
import relay.core.tls.TlsRequirement.DomainValidation;
import relay.core.tls.Unmet;
import relay.core.tls.Unmet.Shortfall;

/// What a message with REQUIRETLS demands of a host (RFC 8689 §4.2.1), on top of all other demands:
/// that nobody but the recipient's domain or the operator named it, that its certificate is for its
/// name or fits its TLSA records, and that it offers REQUIRETLS once TLS stands. Pure.
final class RequireTls {
    static final Source SOURCE = new Source(Source.Kind.REQUIRETLS, "");

    /// RFC 5248 §2.4: encryption needed.
    private static final EnhancedStatus ENCRYPTION_NEEDED = new EnhancedStatus(5, 7, 10);

    private RequireTls() {}

    /// What is demanded of `host` for mail of `lane`, of which `others` are demanded whatever the
    /// messages say.
    static List<TlsDemand> added(
            Lane lane, String host, SendConnector connector, List<TlsDemand> others) {
        if (lane.messageTls() != MessageTls.REQUIRED) return others;
        var demands = new ArrayList<>(others);
        demands.add(new Encryption(SOURCE));
        boolean fitsRecords = others.stream().anyMatch(DaneMatch.class::isInstance);
        if (!fitsRecords)
            demands.add(new TrustedName(SOURCE, names(host, connector), roots(others)));
        return demands;
    }

    /// Where the operator says which roots are trusted (`tlsTrust`), those: a demand for them is
    /// there already.
    private static RootSet roots(List<TlsDemand> others) {
        return TlsDemand.ownRoots(others).stream()
                .<RootSet>map(own -> own)
                .findFirst()
                .orElse(RootSet.COMMON);
    }

    /// The name of a smart host is the operator's to say (`tlsDomain`), that of an MX host is not.
    private static Set<String> names(String host, SendConnector connector) {
        if (connector.isDnsRouted()) return Set.of(host);
        return switch (connector.tls()) {
            case DomainValidation(var names) -> names.isEmpty() ? Set.of(host) : names;
            case TlsRequirement.None _,
                    TlsRequirement.EncryptionOnly _,
                    TlsRequirement.CertificateValidation _ ->
                    Set.of(host);
        };
    }

    /// Why a host that an MX record names cannot be relied on for mail of `lane`: the record may be
    /// forged.
    static Optional<Diagnostic> doubt(Lane lane, NextHop hop, List<TlsDemand> demands) {
        if (lane.messageTls() != MessageTls.REQUIRED) return Optional.empty();
        boolean byPolicy =
                demands.stream().anyMatch(demand -> vouchesForMx(demand.source().kind()));
        return switch (hop.vouching()) {
            case CERTAIN -> Optional.empty();
            case NOBODY -> byPolicy ? Optional.empty() : Optional.of(notCertain(hop.name()));
        };
    }

    /// Whether a policy of that kind names the domain's hosts by a way that cannot be forged.
    private static boolean vouchesForMx(Source.Kind kind) {
        return switch (kind) {
            case STS -> true;
            case CONNECTOR, DOMAIN, AUTHENTICATION, DANE, REQUIRETLS -> false;
        };
    }

    private static Diagnostic notCertain(String host) {
        String text =
                "the message has REQUIRETLS, and neither DNSSEC nor MTA-STS vouches for the MX"
                        + " record that names "
                        + host;
        return Diagnostic.of(Reason.TLS, ENCRYPTION_NEEDED, text, host);
    }

    /// What of the demands is still unmet once the host has said what it offers; empty where they
    /// are not REQUIRETLS's.
    static List<Unmet> unmet(List<TlsDemand> demands, Evidence evidence, Extensions extensions) {
        boolean offered =
                evidence instanceof Evidence.Encrypted && extensions.offers(Extension.REQUIRETLS);
        if (offered) return List.of();
        return demands.stream()
                .filter(demand -> demand.equals(new Encryption(SOURCE)))
                .map(demand -> new Unmet(demand, Shortfall.REQUIRETLS_NOT_OFFERED, ""))
                .toList();
    }

    /// What a message with REQUIRETLS lacks on an open connection: one that was made for such mail
    /// lacks nothing.
    static List<Unmet> missing(TlsProof proof, Extensions extensions) {
        var demand = new Encryption(SOURCE);
        if (proof.demands().contains(demand)) {
            return unmet(proof.demands(), proof.evidence(), extensions);
        }
        return List.of(
                new Unmet(
                        demand,
                        Shortfall.REQUIRETLS_NOT_OFFERED,
                        "the connection was made for other mail"));
    }

    /// Whether a host failed a demand of REQUIRETLS.
    static boolean isToBlame(List<Unmet> unmet) {
        return unmet.stream()
                .anyMatch(each -> each.demand().source().kind() == Source.Kind.REQUIRETLS);
    }
}
