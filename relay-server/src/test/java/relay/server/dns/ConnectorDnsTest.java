package relay.server.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import relay.core.address.Domain;
import relay.core.delivery.Resolver.MxAnswer;
import relay.core.delivery.Resolver.MxHost;
import relay.core.delivery.Resolver.Security;
import relay.core.routing.ConnectorConnections;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.ProtocolLogging;
import relay.core.routing.SendConnector;
import relay.server.dns.Dns.Dnssec;
import relay.server.testing.Samples;

/// Two DNS servers on loopback that say different things: the relay's and a connector's.
@Timeout(60)
class ConnectorDnsTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Domain BANK = new Domain("bank.example");
    private static final byte[] BUILT_IN = {};

    private final InstantSource clock = () -> NOON;
    private final ScriptedDns common =
            ScriptedDns.zone("bank.example. 300 MX 10 mx.public.example.");
    private final ScriptedDns own = ScriptedDns.zone("bank.example. 300 MX 10 mx.private.example.");

    @AfterEach
    void close() {
        common.close();
        own.close();
    }

    private static SendConnector connector(InetSocketAddress... servers) {
        int none = ConnectorConnections.UNLIMITED;
        Caller usual = Caller.DEFAULT;
        return Samples.sendConnector("bank")
                .with(
                        new ConnectorConnections(
                                none,
                                none,
                                none,
                                new Caller(
                                        "",
                                        List.of(),
                                        usual.inactivityTimeout(),
                                        List.of(servers),
                                        ProtocolLogging.NONE)));
    }

    private static MxAnswer host(String name, Security security) {
        return new MxAnswer.Hosts(List.of(new MxHost(10, name)), security);
    }

    @Test
    void aConnectorsLookUpsGoToItsServersAndAllOthersToTheRelays() throws IOException {
        try (Dns dns = new Dns(List.of(common.address()), Dnssec.OFF, BUILT_IN, clock)) {
            // When a connector with servers asks, one without, and nobody's.
            var answers =
                    List.of(
                            dns.of(connector(own.address())).mx(BANK),
                            dns.of(connector()).mx(BANK),
                            dns.resolver().mx(BANK));

            // Then each has its own answer, also from the cache.
            MxAnswer publicly = host("mx.public.example", Security.INSECURE);
            MxAnswer privately = host("mx.private.example", Security.INSECURE);
            assertThat(answers).containsExactly(privately, publicly, publicly);
            assertThat(dns.of(connector(own.address())).mx(BANK)).isEqualTo(privately);
            assertThat(own.heard).hasSize(1);
            assertThat(common.heard).hasSize(1);
        }
    }

    @Test
    void serversThatNoConnectorNamesAnyMoreAreForgotten() throws IOException {
        try (Dns dns = new Dns(List.of(common.address()), Dnssec.OFF, BUILT_IN, clock)) {
            // Given an answer that is known.
            dns.of(connector(own.address())).mx(BANK);

            // When a reload keeps the servers, it is known still.
            dns.adopt(List.of(connector(), connector(own.address())));
            dns.of(connector(own.address())).mx(BANK);
            assertThat(own.heard).hasSize(1);

            // When one drops them, nothing is left of them; should they come back they are asked.
            dns.adopt(List.of(connector()));
            dns.of(connector(own.address())).mx(BANK);
            assertThat(own.heard).hasSize(2);
        }
    }

    @Test
    void whatAConnectorsServersSayIsValidatedLikewise() throws IOException {
        // Given a connector's server that passes the signatures of its zone on, and a relay's that
        // has none.
        var zone = new SignedZone("bank.example. 300 MX 10 mx.bank.example.", NOON);
        try (var signed = new ScriptedDns((query, _) -> List.of(zone.answer(query)));
                Dns dns = new Dns(List.of(common.address()), Dnssec.AUTO, zone.anchor(), clock)) {
            SendConnector bank = connector(signed.address());

            // Then its answers are secure and the relay's are not, and so is what is told of them.
            assertThat(dns.of(bank).mx(BANK)).isEqualTo(host("mx.bank.example", Security.SECURE));
            assertThat(dns.resolver().mx(BANK))
                    .isEqualTo(host("mx.public.example", Security.INSECURE));
            assertThat(dns.validates(bank)).isTrue();
            assertThat(dns.validates(connector())).isFalse();
            assertThat(dns.validates()).isFalse();
        }
    }
}
