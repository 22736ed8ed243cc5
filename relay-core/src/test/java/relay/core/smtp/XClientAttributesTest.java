package relay.core.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XClientAttributesTest {
    private static final InetAddress HOST = InetAddress.ofLiteral("127.0.0.1");

    @Test
    void whatIsNamedIsReadAndWhatIsTakenBackIsUnknown() {
        // Given all that a host may say, with what xtext can hide.
        XClient first =
                read(
                        "NAME=mx+2Eexample.com addr=IPv6:2001:db8::7 PORT=65535 proto=esmtp"
                                + " HELO=[192.0.2.7] LOGIN=a+20b+3Dc DESTADDR=192.0.2.1 DESTPORT=25");
        assertThat(first.name()).isEqualTo("mx.example.com");
        assertThat(first.address(HOST)).contains(InetAddress.ofLiteral("2001:db8::7"));
        assertThat(first.hello(Verb.HELO)).isEqualTo(Verb.EHLO);
        assertThat(first.helo()).isEqualTo("[192.0.2.7]");

        // When it says more, then that holds, and the rest stays.
        XClient both = first.and(read("NAME=[TempUnavail] ADDR=[UNAVAILABLE] PORT=[UNAVAILABLE]"));
        assertThat(both.name()).isEmpty();
        assertThat(both.address(HOST)).isEmpty();
        assertThat(both.helo()).isEqualTo("[192.0.2.7]");

        // And where nothing was said of the address it is the host's.
        assertThat(read("HELO=x").address(HOST)).contains(HOST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ADDR",
                "ADDR=",
                "ADDR=192.0.2.7 ",
                "ADDR=192.0.2.7 ADDR=192.0.2.8",
                "ADDR=192.0.2.7 COLOUR=red",
                "ADDR=192.0.2.777",
                "ADDR=[192.0.2.7]",
                "ADDR=2001:db8::7",
                "ADDR=IPV6:192.0.2.7",
                "ADDR=[TEMPUNAVAIL]",
                "ADDR=localhost",
                "ADDR=192.0.2.7+0D+0AMAIL",
                "PORT=65536",
                "PORT=-1",
                "PROTO=LMTP",
                "PROTO=[UNAVAILABLE]",
                "HELO=two+20words",
                "HELO=a(b",
                "NAME=a+0Ab",
                "NAME=a=b",
                "LOGIN=a+GG",
                "DESTADDR=mx.example"
            })
    void whatIsNotWellFormedIsNothing(String argument) {
        assertThat(XClient.parse(argument)).isEmpty();
    }

    @Test
    void namesAreNoLongerThanTheDnsHasThem() {
        assertThat(XClient.parse("NAME=" + "a".repeat(255))).isPresent();
        assertThat(XClient.parse("NAME=" + "a".repeat(256))).isEmpty();
        assertThat(XClient.parse("LOGIN=" + "a".repeat(256))).isEmpty();
    }

    private static XClient read(String argument) {
        return XClient.parse(argument).orElseThrow();
    }
}
