package relay.server.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.server.dns.ScriptedDns.response;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.hosts.HostsFileParser;
import relay.core.address.Domain;
import relay.core.delivery.Resolver.MxAnswer;
import relay.server.dns.ScriptedDns.Transport;

/// How servers are asked, how long, and how long their answers are kept.
class DnsServersTest extends ScriptedDnsTest {
    @Test
    void aTruncatedAnswerIsFetchedByTcp() {
        // Given more hosts than fit into a datagram.
        String many =
                IntStream.range(0, 100)
                        .mapToObj(i ->
                                "example.org 300 MX 10 host-number-%d.example.org\n".formatted(i))
                        .reduce("", String::concat);
        DnsResolver resolver =
                scripted((query, transport) ->
                        List.of(
                                transport == Transport.TCP
                                        ? response(query, many)
                                        : with(response(query), Flags.TC)));

        // Then all of them are there (RFC 7766 §5).
        assertThat(hosts(resolver.mx(DOMAIN))).hasSize(100);
        assertThat(server.heard)
                .containsExactly("UDP example.org. MX +EDNS", "TCP example.org. MX +EDNS");
    }

    @Test
    void aServerThatDislikesEdnsIsAskedAgainWithoutIt() {
        // Given a server that answers FORMERR to what it does not know (RFC 6891 §6.2.2).
        DnsResolver resolver =
                scripted((query, _) ->
                        List.of(
                                query.getOPT() == null
                                        ? response(query, MX)
                                        : withCode(query, Rcode.FORMERR)));

        // Then it gets a question that it does know.
        assertThat(resolver.mx(DOMAIN)).isEqualTo(ONE_HOST);
        assertThat(server.heard)
                .containsExactly("UDP example.org. MX +EDNS", "UDP example.org. MX");
    }

    @Test
    void theNextServerIsAskedWhereOneFails() {
        // Given a server that fails and one that answers.
        server = replaced((query, _) -> List.of(withCode(query, Rcode.SERVFAIL)));
        try (var second = ScriptedDns.zone(MX)) {
            DnsResolver resolver = resolver(List.of(server.address(), second.address()));

            // Then the answer comes from the second, the first having been asked once.
            assertThat(resolver.mx(DOMAIN)).isEqualTo(ONE_HOST);
            assertThat(server.heard).hasSize(1);
        }
    }

    @Test
    void aLookUpEndsInTimeHoweverManyServersAreSilent() {
        // Given a hundred silent servers, 300 ms each, and a limit of 600 ms.
        server = replaced((_, _) -> List.of());
        var servers = IntStream.range(0, 100).mapToObj(_ -> server.address()).toList();
        var cache = new DnsCache(10, clock);
        var lookup = new DnsLookup(DnsServers.at(servers, A_MOMENT), cache, Duration.ofMillis(600));
        var resolver = new DnsResolver(lookup, new HostsFileParser(folder.resolve("none")));

        // When a domain is looked up.
        MxAnswer answer = resolver.mx(DOMAIN);

        // Then it gives up at the limit, most servers not having been asked (all would take 30 s).
        assertThat(answer).isEqualTo(new MxAnswer.Failed("no answer in time"));
        assertThat(server.heard).isNotEmpty().hasSizeLessThan(50);
    }

    @Test
    void anAnswerIsKeptForItsLifetime() {
        // Given a domain whose record lives for 60 seconds, behind a CNAME of 30.
        DnsResolver resolver =
                scripted((query, _) ->
                        List.of(
                                response(
                                        query,
                                        """
                                        example.org 30 CNAME a.example
                                        a.example 60 MX 10 mx.example.org
                                        """)));

        // When it is asked for at once, after 29 seconds, and after 31.
        resolver.mx(DOMAIN);
        now.set(Instant.EPOCH.plusSeconds(29));
        resolver.mx(DOMAIN);
        assertThat(server.heard).hasSize(1);
        now.set(Instant.EPOCH.plusSeconds(31));

        // Then the last asks again: the shortest of the chain decides.
        assertThat(resolver.mx(DOMAIN)).isEqualTo(ONE_HOST);
        assertThat(server.heard).hasSize(2);
    }

    @Test
    void theShortestLifetimeOfAChainFromAnswerToAnswerDecides() {
        // Given a CNAME of 30 seconds in one answer, and what it leads to, of 60, in the next.
        DnsResolver resolver =
                zone(
                        """
                        example.org 30 CNAME a.example
                        a.example 60 MX 10 mx.example.org
                        """);

        // When it is asked for at once and after 31 seconds, then the second asks again.
        assertThat(resolver.mx(DOMAIN)).isEqualTo(ONE_HOST);
        now.set(Instant.EPOCH.plusSeconds(31));
        assertThat(resolver.mx(DOMAIN)).isEqualTo(ONE_HOST);
        assertThat(server.heard).hasSize(4);
    }

    @Test
    void anAbsenceIsKeptForAShortWhileAndAFailureNotAtAll() {
        // Given an absence that claims a day (RFC 2308 §5), and a failure.
        DnsResolver resolver =
                scripted((query, _) ->
                        List.of(
                                question(query).equals("example.org. MX")
                                        ? withSoa(withCode(query, Rcode.NXDOMAIN))
                                        : withCode(query, Rcode.SERVFAIL)));

        // Then the one is asked for again after five minutes.
        assertThat(resolver.mx(DOMAIN)).isEqualTo(new MxAnswer.NoDomain());
        now.set(Instant.EPOCH.plusSeconds(299));
        assertThat(resolver.mx(DOMAIN)).isEqualTo(new MxAnswer.NoDomain());
        assertThat(server.heard).hasSize(1);
        now.set(Instant.EPOCH.plusSeconds(301));
        resolver.mx(DOMAIN);
        assertThat(server.heard).hasSize(2);

        // And the other each time, with EDNS and without.
        resolver.mx(new Domain("fail.example"));
        resolver.mx(new Domain("fail.example"));
        assertThat(server.heard).hasSize(6);
    }

    @Test
    void theCacheIsBounded() {
        // Given a cache for two answers.
        var cache = new DnsCache(2, clock);
        var answer = new DnsAnswer.NoData(Duration.ofSeconds(60));

        // When three come, the first having been used after the second.
        cache.put(name("a.example"), 1, answer);
        cache.put(name("b.example"), 1, answer);
        cache.get(name("a.example"), 1);
        cache.put(name("c.example"), 1, answer);

        // Then the one not used for longest is gone.
        assertThat(cache.get(name("a.example"), 1)).contains(answer);
        assertThat(cache.get(name("b.example"), 1)).isEmpty();
        assertThat(cache.get(name("c.example"), 1)).contains(answer);
    }

    @Test
    void asItIsMadeForTheProgramItAsksTheServersOfTheConfiguration() throws IOException {
        // Given a server that answers.
        server = replaced((query, _) -> List.of(response(query, MX)));

        // Then the public constructor leads to it.
        try (Dns dns = new Dns(List.of(server.address()), Dns.Dnssec.OFF, new byte[0], clock)) {
            assertThat(dns.resolver().mx(DOMAIN)).isEqualTo(ONE_HOST);
        }
        assertThat(server.heard).hasSize(1);
    }
}
