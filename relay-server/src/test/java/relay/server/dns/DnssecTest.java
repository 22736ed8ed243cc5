package relay.server.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import relay.core.address.Domain;
import relay.core.delivery.Resolver;
import relay.core.delivery.Resolver.AddressAnswer;
import relay.core.delivery.Resolver.MxAnswer;
import relay.core.delivery.Resolver.Security;
import relay.core.delivery.Resolver.TlsaAnswer;
import relay.core.tls.Tlsa;
import relay.server.dns.Dns.Dnssec;

@Timeout(60)
class DnssecTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final String HASH = "ab".repeat(32);
    private static final String ZONE =
            """
            bank.example. 300 MX 10 mx.bank.example.
            mx.bank.example. 300 A 192.0.2.1
            _25._tcp.mx.bank.example. 300 TLSA 3 1 1 %s
            plain.example. 300 NS ns.plain.example.
            plain.example. 300 MX 10 mx.plain.example.
            mx.plain.example. 300 A 192.0.2.2
            _25._tcp.mx.plain.example. 300 TLSA 3 1 1 %s
            alias.bank.example. 300 CNAME mx.bank.example.
            leaver.bank.example. 300 CNAME mx.plain.example.
            """
                    .formatted(HASH, HASH);
    private static final TlsaAnswer RECORDS =
            new TlsaAnswer.Records(List.of(new Tlsa(3, 1, 1, HASH)));

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final InstantSource clock = now::get;
    private final SignedZone zone = new SignedZone(ZONE, NOON);
    private ScriptedDns server = ScriptedDns.zone("");

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void whatIsSignedIsSecure() throws IOException {
        // Given a signed zone.
        try (Dns dns = dns(Dnssec.AUTO, zone)) {
            Resolver resolver = dns.resolver();

            // Then its MX is secure, and its host's TLSA records are found under the host's name.
            assertThat(security(resolver.mx(new Domain("bank.example"))))
                    .isEqualTo(Security.SECURE);
            assertThat(tlsaNames(resolver, "mx.bank.example")).containsExactly("mx.bank.example");
            assertThat(resolver.tlsa("mx.bank.example", 25)).isEqualTo(RECORDS);
            assertThat(dns.validates()).isTrue();
        }
    }

    @Test
    void whatIsProvedToBeUnsignedIsInsecure() throws IOException {
        // Given an unsigned zone below the signed one.
        try (Dns dns = dns(Dnssec.REQUIRE, zone)) {
            Resolver resolver = dns.resolver();

            // Then mail goes there, and its TLSA records count for nothing.
            assertThat(security(resolver.mx(new Domain("plain.example"))))
                    .isEqualTo(Security.INSECURE);
            assertThat(tlsaNames(resolver, "mx.plain.example")).isEmpty();
            assertThat(resolver.tlsa("mx.plain.example", 25)).isEqualTo(new TlsaAnswer.None());
        }
    }

    @Test
    void anAbsenceThatIsProvedIsCertain() throws IOException {
        try (Dns dns = dns(Dnssec.REQUIRE, zone)) {
            assertThat(dns.resolver().tlsa("mx.bank.example", 465))
                    .isEqualTo(new TlsaAnswer.None());
            assertThat(dns.resolver().mx(new Domain("mx.bank.example")))
                    .isEqualTo(new MxAnswer.NoRecord());
            assertThat(dns.resolver().mx(new Domain("nobody.example")))
                    .isEqualTo(new MxAnswer.NoDomain());
        }
    }

    @Test
    void anAbsenceWithoutProofIsNoAnswer() throws IOException {
        // Given an attacker who says that there are no TLSA records.
        var dropping =
                new ScriptedDns((query, _) -> {
                    Message answer = zone.answer(query);
                    boolean tlsa = query.getQuestion().getType() == Type.TLSA;
                    if (!tlsa) return List.of(answer);
                    answer.removeAllRecords(Section.ANSWER);
                    answer.removeAllRecords(Section.AUTHORITY);
                    return List.of(answer);
                });
        server.close();
        server = dropping;
        try (Dns dns = dns(Dnssec.REQUIRE, server)) {
            // Then that is not believed.
            assertThat(dns.resolver().tlsa("mx.bank.example", 25))
                    .isInstanceOf(TlsaAnswer.Failed.class);
        }
    }

    @Test
    void whatIsForgedIsNoAnswer() throws IOException {
        // Given an attacker who adds an MX, an address and a TLSA record.
        zone.forge("bank.example. MX")
                .forge("mx.bank.example. A")
                .forge("_25._tcp.mx.bank.example. TLSA");
        try (Dns dns = dns(Dnssec.REQUIRE, zone)) {
            Resolver resolver = dns.resolver();

            // Then none is believed, and the reason says who noticed.
            assertThat(resolver.mx(new Domain("bank.example"))).isInstanceOf(MxAnswer.Failed.class);
            assertThat(resolver.addresses("mx.bank.example"))
                    .isInstanceOf(AddressAnswer.Failed.class);
            assertThat(resolver.tlsa("mx.bank.example", 25))
                    .isInstanceOfSatisfying(
                            TlsaAnswer.Failed.class,
                            failed -> assertThat(failed.detail()).startsWith("DNSSEC: "));
        }
    }

    @Test
    void aSignatureOfYesterdayIsNone() throws IOException {
        now.set(NOON.plus(Duration.ofDays(2)));
        try (Dns dns = dns(Dnssec.REQUIRE, zone)) {
            assertThat(dns.resolver().mx(new Domain("bank.example")))
                    .isInstanceOf(MxAnswer.Failed.class);
        }
    }

    @Test
    void anAliasHasTheNamesAtBothItsEnds() throws IOException {
        try (Dns dns = dns(Dnssec.REQUIRE, zone)) {
            // RFC 7672 §2.2.2: the name it leads to comes first.
            assertThat(tlsaNames(dns.resolver(), "alias.bank.example"))
                    .containsExactly("mx.bank.example", "alias.bank.example");
            // One that leads out of what is signed is itself still signed.
            assertThat(tlsaNames(dns.resolver(), "leaver.bank.example"))
                    .containsExactly("leaver.bank.example");
        }
    }

    @Test
    void serversThatDropSignaturesCostDaneAndNotTheMail() throws IOException {
        // Given a resolver that knows nothing of DNSSEC.
        server.close();
        server = stripping();
        try (Dns dns = dns(Dnssec.AUTO, server)) {
            // Then mail is routed, nothing is secure, and the relay says so.
            assertThat(security(dns.resolver().mx(new Domain("bank.example"))))
                    .isEqualTo(Security.INSECURE);
            assertThat(dns.resolver().tlsa("mx.bank.example", 25)).isEqualTo(new TlsaAnswer.None());
            assertThat(dns.validates()).isFalse();
        }
    }

    @Test
    void whereValidationIsRequiredSuchServersAreNotBelieved() throws IOException {
        server.close();
        server = stripping();
        try (Dns dns = dns(Dnssec.REQUIRE, server)) {
            assertThat(dns.resolver().mx(new Domain("bank.example")))
                    .isInstanceOf(MxAnswer.Failed.class);
        }
    }

    @Test
    void signaturesThatVanishLaterAreMissed() throws IOException {
        // Given servers that passed the test.
        var strips = new AtomicReference<>(Boolean.FALSE);
        server.close();
        server =
                new ScriptedDns(
                        (query, _) -> List.of(strips.get() ? stripped(query) : zone.answer(query)));
        try (Dns dns = dns(Dnssec.AUTO, server)) {
            assertThat(dns.resolver().tlsa("mx.bank.example", 465))
                    .isEqualTo(new TlsaAnswer.None());

            // When an attacker between us strips signatures.
            strips.set(Boolean.TRUE);

            // Then nothing of that is believed.
            assertThat(dns.resolver().mx(new Domain("bank.example")))
                    .isInstanceOf(MxAnswer.Failed.class);
        }
    }

    @Test
    void aResolverThatIsTrustedSaysWhatIsSecure() throws IOException {
        // Given a resolver that validates by itself.
        server.close();
        server =
                new ScriptedDns((query, _) -> {
                    Message answer = stripped(query);
                    answer.getHeader().setFlag(Flags.AD);
                    return List.of(answer);
                });
        try (Dns trusting = dns(Dnssec.RESOLVER, server);
                Dns not = dns(Dnssec.OFF, server)) {
            assertThat(trusting.resolver().tlsa("mx.bank.example", 25)).isEqualTo(RECORDS);
            assertThat(not.resolver().tlsa("mx.bank.example", 25)).isEqualTo(new TlsaAnswer.None());
        }
    }

    @Test
    void anAnchorThatIsNoneIsAnError() {
        byte[] nothing = "; nothing\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> new Dns(List.of(), Dnssec.REQUIRE, nothing, clock).close())
                .isInstanceOf(IOException.class)
                .hasMessage("there is no DS or DNSKEY record in it");
    }

    private ScriptedDns stripping() {
        return new ScriptedDns((query, _) -> List.of(stripped(query)));
    }

    private Message stripped(Message query) {
        Message answer = zone.answer(query);
        for (int section : List.of(Section.ANSWER, Section.AUTHORITY)) {
            for (Record record : List.copyOf(answer.getSection(section))) {
                boolean dnssec = record.getType() == Type.RRSIG || record.getType() == Type.NSEC;
                if (dnssec) answer.removeRecord(record, section);
            }
        }
        return answer;
    }

    private Dns dns(Dnssec dnssec, SignedZone signed) throws IOException {
        server.close();
        server = new ScriptedDns((query, _) -> List.of(signed.answer(query)));
        return dns(dnssec, server);
    }

    private Dns dns(Dnssec dnssec, ScriptedDns at) throws IOException {
        return new Dns(List.of(at.address()), dnssec, zone.anchor(), clock);
    }

    private static Security security(MxAnswer answer) {
        return ((MxAnswer.Hosts) answer).security();
    }

    private static List<String> tlsaNames(Resolver resolver, String host) {
        return ((AddressAnswer.Addresses) resolver.addresses(host)).tlsaNames();
    }
}
