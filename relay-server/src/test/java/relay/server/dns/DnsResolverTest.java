package relay.server.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.server.dns.ScriptedDns.record;
import static relay.server.dns.ScriptedDns.response;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.hosts.HostsFileParser;
import relay.core.address.Domain;
import relay.core.delivery.Resolver.AddressAnswer;
import relay.core.delivery.Resolver.MxAnswer;
import relay.core.delivery.Resolver.MxHost;
import relay.server.dns.ScriptedDns.Script;
import relay.server.dns.ScriptedDns.Transport;

@Timeout(30)
class DnsResolverTest {
    private static final Domain DOMAIN = new Domain("example.org");
    private static final Duration PER_TRY = Duration.ofMillis(300);
    private static final String MX = "example.org 300 MX 10 mx.example.org";
    private static final MxAnswer ONE_HOST =
            new MxAnswer.Hosts(List.of(new MxHost(10, "mx.example.org")));

    @TempDir Path folder;
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final InstantSource clock = now::get;
    private ScriptedDns server = ScriptedDns.zone("");

    @AfterEach
    void closeServer() {
        server.close();
    }

    @Test
    void mxHostsComeInLowerCaseWithoutTheFinalDot() {
        DnsResolver resolver =
                zone(
                        """
                        example.org 300 MX 20 B.Example.ORG
                        example.org 300 MX 10 xn--mx-eka.example.org
                        """);
        assertThat(hosts(resolver.mx(DOMAIN)))
                .containsExactlyInAnyOrder(
                        new MxHost(20, "b.example.org"), new MxHost(10, "xn--mx-eka.example.org"));
    }

    @Test
    void absenceOfARecordIsNotAbsenceOfTheDomain() {
        // Given a domain with an address and no MX, and one that is not there.
        DnsResolver resolver = zone("example.org 300 A 192.0.2.1");

        // Then the two are told apart (RFC 2308 §2).
        assertThat(resolver.mx(DOMAIN)).isEqualTo(new MxAnswer.NoRecord());
        assertThat(resolver.mx(new Domain("gone.example"))).isEqualTo(new MxAnswer.NoDomain());
    }

    @Test
    void aNullMxIsRecognised() {
        // Given the record of RFC 7505 §3.
        assertThat(zone("example.org 300 MX 0 .").mx(DOMAIN)).isEqualTo(new MxAnswer.NullMx());
    }

    @Test
    void aRecordThatNamesNoHostIsLeftOut() {
        // Given a null MX beside a host, an address where a name belongs, and a name with a space.
        DnsResolver resolver =
                zone(
                        """
                        example.org 300 MX 0 .
                        example.org 300 MX 5 [192.0.2.1]
                        example.org 300 MX 7 bad\\032name.example.org
                        example.org 300 MX 10 mx.example.org
                        """);

        // Then only the host counts; and none at all is an answer that makes no sense.
        assertThat(resolver.mx(DOMAIN)).isEqualTo(ONE_HOST);
        assertThat(zone("example.org 300 MX 5 [192.0.2.1]").mx(DOMAIN))
                .isInstanceOf(MxAnswer.Failed.class);
    }

    @Test
    void cnamesAreFollowedWithinAnAnswerAndBeyondIt() {
        // Given a server that gives the whole chain at once for MX, and link by link for A.
        DnsResolver resolver =
                scripted((query, _) ->
                        List.of(
                                switch (question(query)) {
                                    case "example.org. MX" ->
                                            response(
                                                    query,
                                                    """
                                                    example.org 300 CNAME a.example
                                                    a.example 300 CNAME b.example
                                                    b.example 300 MX 10 mx.example.org
                                                    """);
                                    case "mx.example.org. A" ->
                                            response(query, "mx.example.org 300 CNAME h.example");
                                    case "h.example. A" ->
                                            response(query, "h.example 300 A 192.0.2.1");
                                    default -> response(query);
                                }));

        // Then both lead to the end (RFC 5321 §5.1).
        assertThat(resolver.mx(DOMAIN)).isEqualTo(ONE_HOST);
        assertThat(resolver.addresses("mx.example.org")).isEqualTo(addresses("192.0.2.1"));
    }

    @Test
    void aCnameToNowhereIsADomainThatDoesNotExist() {
        DnsResolver resolver = zone("example.org 300 CNAME gone.example");
        assertThat(resolver.mx(DOMAIN)).isEqualTo(new MxAnswer.NoDomain());
    }

    /// Scripts that must never be taken for an answer, least of all for "there is none".
    static Stream<Script> uselessAnswers() {
        return Stream.of(
                (query, _) -> List.of(withCode(query, Rcode.SERVFAIL)),
                (query, _) -> List.of(withCode(query, Rcode.REFUSED)),
                (query, _) -> List.of(withCode(query, Rcode.FORMERR)),
                // Silence.
                (_, _) -> List.of(),
                // An empty answer of a server that does no recursion.
                (query, _) -> List.of(without(response(query), Flags.RA)),
                // NXDOMAIN of such a server.
                (query, _) -> List.of(without(withCode(query, Rcode.NXDOMAIN), Flags.RA)),
                // A referral to other servers.
                (query, _) -> List.of(referral(query)),
                // A query sent back.
                (query, _) -> List.of(without(response(query, MX), Flags.QR)),
                // An answer for another name.
                (query, _) -> List.of(response(query, "other.example 300 MX 10 mx.example.org")),
                // A record of another type under the right name.
                (query, _) -> List.of(response(query, "example.org 300 A 192.0.2.1")),
                // A wrong id.
                (query, _) -> List.of(withId(response(query, MX), query.getHeader().getID() + 1)),
                // Another question.
                (query, _) -> List.of(otherQuestion(query)),
                // CNAMEs that go round, in one answer and from answer to answer.
                (query, _) ->
                        List.of(
                                response(
                                        query,
                                        """
                                        example.org 300 CNAME a.example
                                        a.example 300 CNAME example.org
                                        """)),
                (query, _) ->
                        List.of(
                                response(
                                        query,
                                        query.getQuestion().getName().equals(name("a.example"))
                                                ? "a.example 300 CNAME example.org"
                                                : "example.org 300 CNAME a.example")),
                // CNAMEs without end.
                (query, _) ->
                        List.of(
                                response(
                                        query,
                                        query.getQuestion().getName()
                                                + " 300 CNAME x."
                                                + query.getQuestion().getName())),
                // Two CNAMEs of one name.
                (query, _) ->
                        List.of(
                                response(
                                        query,
                                        """
                                        example.org 300 CNAME a.example
                                        example.org 300 CNAME b.example
                                        """)),
                // Truncated, and truncated again by TCP.
                (query, _) -> List.of(with(response(query), Flags.TC)));
    }

    @ParameterizedTest
    @MethodSource
    void uselessAnswers(Script script) {
        // Given a server that does this, and a resolver that waits a moment only.
        DnsResolver resolver = scripted(script);

        // Then there is no answer, which is not the same as no record.
        assertThat(resolver.mx(DOMAIN)).isInstanceOf(MxAnswer.Failed.class);
        assertThat(resolver.addresses("example.net")).isNotInstanceOf(AddressAnswer.None.class);
    }

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
        // Given five silent servers, 300 ms each, and a limit of 600 ms.
        server = replaced((_, _) -> List.of());
        var servers = IntStream.range(0, 5).mapToObj(_ -> server.address()).toList();
        var cache = new DnsCache(10, clock);
        var lookup = new DnsLookup(DnsServers.at(servers, PER_TRY), cache, Duration.ofMillis(600));
        var resolver = new DnsResolver(lookup, new HostsFileParser(folder.resolve("none")));

        // When a domain is looked up.
        long start = System.nanoTime();
        MxAnswer answer = resolver.mx(DOMAIN);

        // Then it gives up at the limit, two servers having been asked.
        assertThat(answer).isEqualTo(new MxAnswer.Failed("no answer in time"));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(server.heard).hasSizeBetween(1, 2);
    }

    @Test
    void bothFamiliesAreAskedAndOneIsEnough() {
        // Given a host with both, one with IPv4 alone, and one whose IPv6 look-up fails.
        DnsResolver resolver =
                scripted((query, _) ->
                        List.of(
                                switch (question(query)) {
                                    case "both.example. A", "four.example. A", "half.example. A" ->
                                            response(
                                                    query,
                                                    query.getQuestion().getName()
                                                            + " 300 A 192.0.2.1");
                                    case "both.example. AAAA" ->
                                            response(query, "both.example 300 AAAA 2001:db8::1");
                                    case "half.example. AAAA" -> withCode(query, Rcode.SERVFAIL);
                                    case "fail.example. AAAA", "fail.example. A" ->
                                            withCode(query, Rcode.SERVFAIL);
                                    default -> response(query);
                                }));

        // Then what there is, is used; and only where there is nothing the failure counts.
        assertThat(resolver.addresses("both.example"))
                .isEqualTo(addresses("2001:db8::1", "192.0.2.1"));
        assertThat(resolver.addresses("four.example")).isEqualTo(addresses("192.0.2.1"));
        assertThat(resolver.addresses("half.example")).isEqualTo(addresses("192.0.2.1"));
        assertThat(resolver.addresses("fail.example")).isInstanceOf(AddressAnswer.Failed.class);
        assertThat(resolver.addresses("none.example")).isEqualTo(new AddressAnswer.None());
    }

    @Test
    void theHostsFileComesBeforeTheDns() throws Exception {
        // Given a hosts file that knows a smart host by its IPv4 address, and a silent DNS.
        Path hosts = Files.writeString(folder.resolve("hosts"), "192.0.2.9 mx.filter.example mx\n");
        server = replaced((_, _) -> List.of());
        var resolver =
                new DnsResolver(lookup(List.of(server.address())), new HostsFileParser(hosts));

        // Then the DNS is not asked for it, not even for its IPv6 address.
        assertThat(resolver.addresses("mx.filter.example")).isEqualTo(addresses("192.0.2.9"));
        assertThat(server.heard).isEmpty();
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
    void aNameThatTheDnsCannotHaveIsAFailure() {
        DnsResolver resolver = zone("");
        assertThat(resolver.addresses("a..example")).isInstanceOf(AddressAnswer.Failed.class);
        assertThat(server.heard).isEmpty();
    }

    @Test
    void asItIsMadeForTheProgramItAsksTheServersOfTheConfiguration() {
        // Given a server that answers.
        server = replaced((query, _) -> List.of(response(query, MX)));

        // Then the public factory leads to it.
        DnsResolver resolver = DnsResolver.of(List.of(server.address()), clock);
        assertThat(resolver.mx(DOMAIN)).isEqualTo(ONE_HOST);
        assertThat(server.heard).hasSize(1);
    }

    private DnsResolver zone(String zone) {
        server.close();
        server = ScriptedDns.zone(zone);
        return resolver(List.of(server.address()));
    }

    private DnsResolver scripted(Script script) {
        server = replaced(script);
        return resolver(List.of(server.address()));
    }

    private ScriptedDns replaced(Script script) {
        server.close();
        return new ScriptedDns(script);
    }

    private DnsResolver resolver(List<InetSocketAddress> servers) {
        return new DnsResolver(lookup(servers), new HostsFileParser(folder.resolve("none")));
    }

    private DnsLookup lookup(List<InetSocketAddress> servers) {
        return new DnsLookup(
                DnsServers.at(servers, PER_TRY), new DnsCache(100, clock), Duration.ofSeconds(10));
    }

    private static List<MxHost> hosts(MxAnswer answer) {
        return answer instanceof MxAnswer.Hosts(var hosts) ? hosts : List.of();
    }

    private static AddressAnswer addresses(String... addresses) {
        return new AddressAnswer.Addresses(
                Stream.of(addresses).map(InetAddress::ofLiteral).toList());
    }

    private static String question(Message query) {
        return query.getQuestion().getName()
                + " "
                + org.xbill.DNS.Type.string(query.getQuestion().getType());
    }

    private static org.xbill.DNS.Name name(String text) {
        return record(text + " 1 A 192.0.2.1").getName();
    }

    private static Message withCode(Message query, int code) {
        Message response = response(query);
        response.getHeader().setRcode(code);
        return response;
    }

    private static Message with(Message message, byte flag) {
        message.getHeader().setFlag(flag);
        return message;
    }

    private static Message without(Message message, byte flag) {
        message.getHeader().unsetFlag(flag);
        return message;
    }

    private static Message withId(Message message, int id) {
        message.getHeader().setID(id & 0xffff);
        return message;
    }

    private static Message withSoa(Message message) {
        message.addRecord(
                record("example 86400 SOA ns.example. root.example. 1 1 1 1 86400"),
                Section.AUTHORITY);
        return message;
    }

    private static Message referral(Message query) {
        Message response = response(query);
        response.addRecord(record("org 300 NS ns.example"), Section.AUTHORITY);
        return response;
    }

    private static Message otherQuestion(Message query) {
        var response = new Message(query.getHeader().getID());
        response.getHeader().setFlag(Flags.QR);
        response.getHeader().setFlag(Flags.RA);
        response.addRecord(record("example.org 0 A 0.0.0.0"), Section.QUESTION);
        response.addRecord(record(MX), Section.ANSWER);
        return response;
    }
}
