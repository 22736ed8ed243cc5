package relay.core.delivery;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import relay.core.routing.DomainFloor;
import relay.core.routing.Lane;
import relay.core.routing.SendConnector;
import relay.core.routing.SmartHostAuth;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.Encryption;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.TlsDemand.TrustedName;
import relay.core.tls.TlsRequirement;
import relay.core.tls.TlsRequirement.DomainValidation;

/// A policy that makes TLS demands of a host. The demands of all sources add up; none sees the
/// others', so none can lower them. May block: it runs on the virtual thread that plans.
@FunctionalInterface
interface DemandSource {

    /// What the configuration demands: the connector, the `domains` entry, and the credentials that
    /// the host will be given. Pure. A policy that is found on the way is added to such a list.
    List<DemandSource> CONFIGURED =
            List.of(
                    DemandSource::ofConnector,
                    DemandSource::ofFloors,
                    DemandSource::ofAuthentication);

    List<TlsDemand> demands(Target target);

    /// The host that is asked about, as far as policies care. `hostName` is as in [HostPlan];
    /// `floors` has the `domains` entries that hold for the lane.
    record Target(Lane lane, SendConnector connector, List<DomainFloor> floors, String hostName) {
        public Target {
            floors = List.copyOf(floors);
        }
    }

    /// The sum of what `sources` demand.
    static List<TlsDemand> all(List<DemandSource> sources, Target target) {
        return sources.stream().flatMap(source -> source.demands(target).stream()).toList();
    }

    private static List<TlsDemand> ofConnector(Target target) {
        var source = new Source(Source.Kind.CONNECTOR, target.connector().name());
        return target.connector().tls().demands(source, target.hostName());
    }

    private static List<TlsDemand> ofFloors(Target target) {
        return target.floors().stream()
                .flatMap(floor -> ofFloor(floor, target.hostName()).stream())
                .toList();
    }

    private static List<TlsDemand> ofFloor(DomainFloor floor, String hostName) {
        var source = new Source(Source.Kind.DOMAIN, floor.pattern().toString());
        return floor.tls().demands(source, hostName);
    }

    private static List<TlsDemand> ofAuthentication(Target target) {
        return identity(target.connector())
                .map(SmartHostAuth::mechanism)
                .map(mechanism ->
                        switch (mechanism) {
                            case BASIC_AUTH_REQUIRE_TLS -> forCredentials(target);
                        })
                .toList();
    }

    /// Credentials are for smart hosts alone: an MX host that the DNS names never gets them.
    static Stream<SmartHostAuth> identity(SendConnector connector) {
        return connector.isDnsRouted() ? Stream.of() : connector.identity().stream();
    }

    /// Before it hears a password, a smart host shows a certificate of its name, or of a name that
    /// the operator accepts in its stead (`tlsDomain`); unless the operator wrote EncryptionOnly.
    private static TlsDemand forCredentials(Target target) {
        var source = new Source(Source.Kind.AUTHENTICATION, target.connector().name());
        Set<String> ownName = Set.of(target.hostName());
        return switch (target.connector().tls()) {
            case TlsRequirement.EncryptionOnly _ -> new Encryption(source);
            case DomainValidation(var names) ->
                    new TrustedName(source, names.isEmpty() ? ownName : names);
            case TlsRequirement.None _, TlsRequirement.CertificateValidation _ ->
                    new TrustedName(source, ownName);
        };
    }
}
