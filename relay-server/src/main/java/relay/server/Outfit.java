package relay.server;

import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.InstantSource;
import relay.config.Configuration;
import relay.core.delivery.ConnectionPlanner;
import relay.core.delivery.DanePolicy;
import relay.core.delivery.DemandSource;
import relay.core.delivery.StsDemands;
import relay.core.delivery.StsPolicies;
import relay.core.delivery.TokenSource;
import relay.server.dns.Dns;
import relay.server.outbound.TrustRoots;

/// What a configuration needs to find hosts, to know what is demanded of them, and to judge them:
/// the same for deliveries and for those who only look.
final class Outfit {
    private Outfit() {}

    static TrustRoots roots(Configuration configuration) throws IOException {
        return switch (configuration.trust()) {
            case Configuration.Trust.SystemRoots _ -> TrustRoots.system();
            case Configuration.Trust.PemFile(var file) -> TrustRoots.pem(file);
        };
    }

    static Dns dns(Configuration configuration, InstantSource clock) throws IOException {
        byte[] anchors =
                switch (configuration.dns().trustAnchor()) {
                    case Configuration.TrustAnchor.BuiltIn _ -> new byte[0];
                    case Configuration.TrustAnchor.ZoneFile(var file) -> Files.readAllBytes(file);
                };
        var dnssec = Dns.Dnssec.valueOf(configuration.dns().dnssec().name());
        return new Dns(configuration.dns().servers(), dnssec, anchors, clock);
    }

    static ConnectionPlanner planner(
            Configuration configuration, Dns dns, StsPolicies sts, TokenSource tokens) {
        return planner(configuration, dns, new DanePolicy(dns), sts, tokens);
    }

    static ConnectionPlanner planner(
            Configuration configuration,
            Dns dns,
            DemandSource dane,
            StsPolicies sts,
            TokenSource tokens) {
        return new ConnectionPlanner(
                dns,
                new SecureRandom(),
                configuration.hostname(),
                DemandSource.andConfigured(dane, new StsDemands(sts)),
                tokens);
    }
}
