package relay.core.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import relay.core.queue.Diagnostic;
import relay.core.routing.DomainFloor;
import relay.core.routing.Lane;
import relay.core.routing.SendConnector;
import relay.core.routing.SmartHostAuth;
import relay.core.tls.RootSet;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.Encryption;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.TlsDemand.TrustedName;
import relay.core.tls.TlsRequirement;
import relay.core.tls.TlsRequirement.DomainValidation;
import relay.core.tls.TlsTerms;

/// A policy that makes TLS demands of a host. The demands of all sources add up; none sees the
/// others', so none can lower them. May block: it runs on the virtual thread that plans.
@FunctionalInterface
public interface DemandSource {

    /// What the configuration demands: the connector, the one it stands in for, the `domains` entry,
    /// and the credentials that the host will be given. Pure. A policy that is found on the way is
    /// added to such a list.
    List<DemandSource> CONFIGURED =
            List.of(
                    DemandSource::ofConnector,
                    DemandSource::ofFirstConnector,
                    DemandSource::ofFloors,
                    DemandSource::ofAuthentication);

    Answer ask(Target target);

    /// What the configuration demands, and `discovered`: policies that are found on the way.
    static List<DemandSource> andConfigured(DemandSource... discovered) {
        return Stream.concat(
                        CONFIGURED.stream(),
                        Stream.of(discovered).map(DemandSource::unlessNotRequired))
                .toList();
    }

    /// For messages that say `TLS-Required: No` the partner's own policy does not count (RFC 8689
    /// §4.2.2).
    private static DemandSource unlessNotRequired(DemandSource discovered) {
        return target ->
                switch (target.lane().messageTls()) {
                    case BY_POLICY, REQUIRED -> discovered.ask(target);
                    case NOT_REQUIRED -> Answer.NOTHING;
                };
    }

    sealed interface Answer {
        Answer NOTHING = new Demands(List.of());

        /// `tested` would be demanded as well if a policy were in force that is only tried out; it
        /// is watched and keeps nothing back.
        record Demands(List<TlsDemand> demands, List<TlsDemand> tested) implements Answer {
            public Demands {
                demands = List.copyOf(demands);
                tested = List.copyOf(tested);
            }

            Demands(List<TlsDemand> demands) {
                this(demands, List.of());
            }
        }

        /// The host must not be used now, since it cannot be told what is demanded of it.
        record NotNow(Diagnostic why) implements Answer {}
    }

    /// The host that is asked about, as far as policies care. `hostName` is as in [HostPlan];
    /// `floors` has the `domains` entries that hold for the lane, `insteadOf` the connector that this
    /// one stands in for, or none.
    record Target(
            Lane lane,
            SendConnector connector,
            List<DomainFloor> floors,
            String hostName,
            DnsFacts dns,
            List<SendConnector> insteadOf) {
        public Target {
            floors = List.copyOf(floors);
            insteadOf = List.copyOf(insteadOf);
        }

        /// The same host, as if it were one of that connector's.
        private Target of(SendConnector other) {
            return new Target(lane, other, floors, hostName, dns, List.of());
        }
    }

    /// What the look-ups that led to the host say: `tlsaNames` as in
    /// [Resolver.AddressAnswer.Addresses], `otherNames` by which its certificate may call it.
    record DnsFacts(int port, List<String> tlsaNames, List<String> otherNames) {
        /// Nothing was looked up.
        static final DnsFacts NONE = new DnsFacts(0, List.of(), List.of());

        public DnsFacts {
            tlsaNames = List.copyOf(tlsaNames);
            otherNames = List.copyOf(otherNames);
        }
    }

    /// The sum of what `sources` demand, unless one of them cannot tell.
    static Answer all(List<DemandSource> sources, Target target) {
        var sum = new ArrayList<TlsDemand>();
        var tests = new ArrayList<TlsDemand>();
        for (DemandSource source : sources) {
            switch (source.ask(target)) {
                case Answer.Demands(var demands, var tested) -> {
                    sum.addAll(demands);
                    tests.addAll(tested);
                }
                case Answer.NotNow notNow -> {
                    return notNow;
                }
            }
        }
        return new Answer.Demands(sum, tests);
    }

    /// What the configuration demands; it always can tell.
    static List<TlsDemand> configured(Target target) {
        return switch (all(CONFIGURED, target)) {
            case Answer.Demands(var demands, _) -> demands;
            case Answer.NotNow(var why) -> throw new IllegalStateException(why.text());
        };
    }

    private static Answer ofConnector(Target target) {
        var source = new Source(Source.Kind.CONNECTOR, target.connector().name());
        SendConnector connector = target.connector();
        TlsTerms terms = connector.tlsOptions().terms();
        return new Answer.Demands(terms.demands(source, connector.tls(), target.hostName()));
    }

    /// What a host of the connector that is down would have to have: the name under which it is found
    /// is then this one's, and credentials are not given to it, but count.
    private static Answer ofFirstConnector(Target target) {
        List<DemandSource> own = List.of(DemandSource::ofConnector, DemandSource::ofAuthentication);
        return target.insteadOf().stream()
                .findFirst()
                .map(first -> all(own, target.of(first)))
                .orElse(Answer.NOTHING);
    }

    private static Answer ofFloors(Target target) {
        return new Answer.Demands(
                target.floors().stream()
                        .flatMap(floor -> ofFloor(floor, target.hostName()).stream())
                        .toList());
    }

    private static List<TlsDemand> ofFloor(DomainFloor floor, String hostName) {
        var source = new Source(Source.Kind.DOMAIN, floor.pattern().toString());
        return floor.terms().demands(source, floor.tls(), hostName);
    }

    private static Answer ofAuthentication(Target target) {
        return new Answer.Demands(
                identity(target.connector()).map(_ -> forCredentials(target)).toList());
    }

    /// Credentials are for smart hosts alone: an MX host that the DNS names never gets them.
    static Stream<SmartHostAuth> identity(SendConnector connector) {
        return connector.isDnsRouted() ? Stream.of() : connector.identity().stream();
    }

    /// Before it hears a secret, a smart host shows a certificate of its name, or of a name that
    /// the operator accepts in its stead (`tlsDomain`); unless the operator wrote EncryptionOnly.
    private static TlsDemand forCredentials(Target target) {
        var source = new Source(Source.Kind.AUTHENTICATION, target.connector().name());
        Set<String> ownName = Set.of(target.hostName());
        TlsTerms terms = target.connector().tlsOptions().terms();
        RootSet roots = terms.roots();
        return terms.protocol()
                .excepted(
                        switch (target.connector().tls()) {
                            case TlsRequirement.EncryptionOnly _ -> new Encryption(source);
                            case DomainValidation(var names) ->
                                    new TrustedName(
                                            source, names.isEmpty() ? ownName : names, roots);
                            case TlsRequirement.None _, TlsRequirement.CertificateValidation _ ->
                                    new TrustedName(source, ownName, roots);
                        });
    }
}
