package relay.server.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.server.dns.ScriptedDns.response;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.hosts.HostsFileParser;
import relay.core.address.Domain;
import relay.core.delivery.Resolver.AddressAnswer;
import relay.core.delivery.Resolver.MxAnswer;
import relay.core.delivery.Resolver.MxHost;
import relay.server.dns.ScriptedDns.Script;

class DnsResolverTest extends ScriptedDnsTest {
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
    void theLongestChainThatIsFollowed() {
        DnsResolver resolver =
                scripted((query, _) -> List.of(response(query, chain(CnameTrail.MAX_CNAMES))));
        assertThat(resolver.mx(DOMAIN)).isEqualTo(ONE_HOST);
    }

    /// So many CNAMEs from `example.org` on, and an MX record at the end.
    private static String chain(int length) {
        var chain = new StringBuilder();
        String from = "example.org";
        for (int i = 1; i <= length; i++) {
            chain.append(from).append(" 300 CNAME c").append(i).append(".example\n");
            from = "c" + i + ".example";
        }
        return chain + from + " 300 MX 10 mx.example.org";
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
                                        a.example 300 MX 10 mx.example.org
                                        """)),
                // A chain of CNAMEs that is one too long.
                (query, _) -> List.of(response(query, chain(CnameTrail.MAX_CNAMES + 1))),
                // Truncated, and truncated again by TCP.
                (query, _) -> List.of(with(response(query), Flags.TC)));
    }

    @ParameterizedTest
    @MethodSource
    void uselessAnswers(Script script) {
        // Given a server that does this, and a resolver that waits a moment only.
        DnsResolver resolver = impatient(script);

        // Then there is no answer, which is not the same as no record.
        assertThat(resolver.mx(DOMAIN)).isInstanceOf(MxAnswer.Failed.class);
        assertThat(resolver.addresses("example.net")).isNotInstanceOf(AddressAnswer.None.class);
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
    void aNameThatTheDnsCannotHaveIsAFailure() {
        DnsResolver resolver = zone("");
        assertThat(resolver.addresses("a..example")).isInstanceOf(AddressAnswer.Failed.class);
        assertThat(server.heard).isEmpty();
    }
}
