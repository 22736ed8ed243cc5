package relay.core.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExtensionsTest {
    private static Extensions of(String... lines) {
        var all = new String[lines.length + 1];
        all[0] = "mx.example.org STARTTLS";
        System.arraycopy(lines, 0, all, 1, lines.length);
        return Extensions.of(Reply.plain(250, all));
    }

    @Test
    void keywordsAreReadInAnyCaseAndTheGreetingIsNone() {
        Extensions extensions = of("pipelining", "8BitMime", "", "X-OTHER  a b");
        assertThat(extensions.offers(Extension.PIPELINING)).isTrue();
        assertThat(extensions.offers(Extension.EIGHT_BIT_MIME)).isTrue();
        assertThat(extensions.offers(Extension.STARTTLS)).isFalse();
    }

    @Test
    void sizeIsALimitOnlyWhereItIsANumber() {
        // RFC 1870 §4.
        assertThat(of("SIZE 5000").maxMessageSizeBytes()).isEqualTo(5000);
        for (String none : new String[] {"SIZE", "SIZE 0", "SIZE -1", "SIZE x", "HELP"}) {
            assertThat(of(none).maxMessageSizeBytes()).as(none).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void limitsAreNumbersAndTheLeastOfOneThatIsNamedTwice() {
        // RFC 9422 §4.
        assertThat(of("LIMITS RCPTMAX=100 mailmax=5 RcptDomainMax=1").limits())
                .isEqualTo(new HostLimits(5, 100, 1));
        assertThat(of("LIMITS MAILMAX=20 MAILMAX=10 OTHER=1", "LIMITS MAILMAX=15").limits())
                .isEqualTo(new HostLimits(10, HostLimits.NO_LIMIT, HostLimits.NO_LIMIT));
        for (String none : new String[] {"LIMITS", "LIMITS MAILMAX=0", "LIMITS MAILMAX", "HELP"}) {
            assertThat(of(none).limits()).as(none).isEqualTo(HostLimits.NONE);
        }
        assertThat(of("LIMITS MAILMAX=-1 RCPTMAX=x RCPTMAX=1000000 RCPTDOMAINMAX= ").limits())
                .isEqualTo(HostLimits.NONE);
    }

    @Test
    void mechanismsAreReadFromBothWaysToWriteThem() {
        assertThat(of("AUTH PLAIN", "AUTH=LOGIN cram-md5").authMechanisms())
                .containsExactlyInAnyOrder("PLAIN", "LOGIN", "CRAM-MD5");
        assertThat(of("HELP").authMechanisms()).isEmpty();
    }
}
