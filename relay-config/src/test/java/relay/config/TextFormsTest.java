package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.address.Domain;
import relay.core.routing.AddressSpace;
import relay.core.routing.DomainPattern;
import relay.core.routing.SmartHost;
import relay.core.routing.SmartHost.HostKind;

/// The good forms of the texts inside the files; the broken ones are below `broken/`.
class TextFormsTest {

    @ParameterizedTest
    @CsvSource({
        "*, SMTP:*;1",
        "SMTP:*;1, SMTP:*;1",
        "smtp:*;100, SMTP:*;100",
        "bank.example, SMTP:bank.example;1",
        "*.Bank.Example;5, SMTP:*.bank.example;5",
        "bücher.example;2, SMTP:xn--bcher-kva.example;2",
        "SMTP:[192.0.2.7], SMTP:[192.0.2.7];1",
        "[IPv6:2001:db8::7];3, SMTP:[IPv6:2001:db8:0:0:0:0:0:7];3"
    })
    void anAddressSpaceHasATypeADomainAndACost(String written, String meant) {
        // Given an address space as Exchange or we write it.
        // When it is read.
        // Then type and cost are filled in, and the domain is in its normal form.
        assertThat(DomainText.addressSpace(written).map(AddressSpace::toString))
                .isEqualTo(Parsed.good(meant));
    }

    @Test
    void aStarWithADotIsTheDomainAndItsSubdomains() {
        // Given the three kinds of pattern.
        // When they are read.
        // Then each is its kind.
        Domain domain = new Domain("example.com");
        assertThat(DomainText.pattern("*")).isEqualTo(Parsed.good(new DomainPattern.Any()));
        assertThat(DomainText.pattern("example.com"))
                .isEqualTo(Parsed.good(new DomainPattern.Exact(domain)));
        assertThat(DomainText.pattern("*.example.com"))
                .isEqualTo(Parsed.good(new DomainPattern.Subtree(domain)));
    }

    @ParameterizedTest
    @CsvSource({
        "mx.filter.example, mx.filter.example:25",
        "MX.Filter.Example:587, mx.filter.example:587",
        "implicit-tls://mx.filter.example, implicit-tls://mx.filter.example:465",
        "implicit-tls://mx.filter.example:9465, implicit-tls://mx.filter.example:9465",
        "[192.0.2.7], [192.0.2.7]:25",
        "[192.0.2.7]:2525, [192.0.2.7]:2525",
        "implicit-tls://[192.0.2.7], implicit-tls://[192.0.2.7]:465",
        "[2001:db8::1]:25, [2001:db8:0:0:0:0:0:1]:25",
        "[IPv6:2001:db8::1], [2001:db8:0:0:0:0:0:1]:25",
        "localhost:2525, localhost:2525"
    })
    void aSmartHostHasANameOrAnAddressAndAPort(String written, String meant) {
        // Given a smart host in each of its forms.
        // When it is read.
        // Then the port is filled in, and an address is known to be one.
        Parsed<SmartHost> read = SmartHostText.parse(written);
        assertThat(read.map(SmartHost::toString)).isEqualTo(Parsed.good(meant));
        assertThat(read.map(host -> host.kind() == HostKind.ADDRESS))
                .isEqualTo(Parsed.good(meant.contains("[")));
    }

    @ParameterizedTest
    @CsvSource({
        "reqireTls, requireTls",
        "REQUIRETLS, requireTls",
        "tlsauth, tlsAuthLevel",
        "nam, name",
        "tls-domain, tlsDomain"
    })
    void aSlipOfThePenFindsTheWordThatWasMeant(String written, String meant) {
        // Given the keys of a connector, and one that is written a little differently.
        List<String> keys = List.of("name", "requireTls", "tlsAuthLevel", "tlsDomain", "retry");

        // When the nearest is looked for.
        // Then it is the one that was meant; and nothing is near to something else entirely.
        assertThat(Suggestion.nearest(written, keys)).contains(meant);
        assertThat(Suggestion.nearest("greeting", keys)).isEmpty();
    }

    @Test
    void whatAnErrorRepeatsIsShortAndHarmless() {
        // Given a text that would move a terminal's cursor, and a long one.
        // When they are repeated.
        // Then neither does harm.
        assertThat(Quoted.of("a\u001b[2Jb\n")).isEqualTo("`a?[2Jb?`");
        assertThat(Quoted.of("x".repeat(1000))).hasSizeLessThan(70).endsWith("...`");
    }
}
