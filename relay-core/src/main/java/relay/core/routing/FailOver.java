package relay.core.routing;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.TlsRequirement;
import relay.core.tls.TlsRequirement.DomainValidation;
import relay.core.tls.TlsTerms;

/// Whether the mail of one connector may go by another while the first one's hosts are down, and
/// what it must have there. What the first demands is demanded on the way of the second as well; what
/// cannot be demanded there keeps the mail back.
public final class FailOver {
    private FailOver() {}

    /// Why mail of `first` cannot go by `second`; empty where it can.
    public static Optional<String> obstacle(SendConnector first, SendConnector second) {
        if (first.tlsOptions().terms().protocol().isLegacy()) {
            return Optional.of(
                    "the legacy exception of " + first.name() + " is for its own hosts alone");
        }
        if (!first.isDnsRouted() && second.isDnsRouted() && wantsOwnName(first)) {
            return Optional.of(
                    first.name()
                            + " demands a certificate of its smart host's own name, and the hosts of "
                            + second.name()
                            + " are those that the DNS names");
        }
        if (first.isDnsRouted() && !second.isDnsRouted() && !provesItsName(second)) {
            return Optional.of(
                    "what partners publish (DANE, MTA-STS) is not asked of the smart hosts of "
                            + second.name()
                            + ", which have to have tlsAuthLevel: DomainValidation for that");
        }
        if (first.isDnsRouted()
                && second.isDnsRouted()
                && !dnsServers(first).equals(dnsServers(second))) {
            return Optional.of(
                    "what partners publish is found by the DNS servers of "
                            + first.name()
                            + ", and "
                            + second.name()
                            + " asks others");
        }
        return Optional.empty();
    }

    private static List<InetSocketAddress> dnsServers(SendConnector connector) {
        return connector.connections().caller().dnsServers();
    }

    /// Whether no mail of the connector ever goes in clear, whatever is demanded.
    public static boolean staysEncrypted(SendConnector connector) {
        boolean implicitAlone =
                !connector.isDnsRouted()
                        && connector.smartHosts().stream()
                                .allMatch(host -> host.tlsMode() == TlsMode.IMPLICIT);
        return implicitAlone || connector.plaintextFallback() == PlaintextFallback.NEVER;
    }

    /// Whether it demands the name under which its host was found, as it does before a password.
    private static boolean wantsOwnName(SendConnector connector) {
        return switch (connector.tls()) {
            case DomainValidation(var names) -> names.isEmpty();
            case TlsRequirement.None _, TlsRequirement.CertificateValidation _ ->
                    connector.identity().isPresent();
            case TlsRequirement.EncryptionOnly _ -> false;
        };
    }

    private static boolean provesItsName(SendConnector connector) {
        TlsTerms terms = connector.tlsOptions().terms();
        return connector.tls() instanceof DomainValidation && !terms.protocol().isLegacy();
    }
}
