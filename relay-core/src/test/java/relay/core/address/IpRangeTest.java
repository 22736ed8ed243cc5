package relay.core.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpRangeTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.8, false",
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "10.1.0.10-10.1.0.20, 10.1.0.20, true",
        "10.1.0.10-10.1.0.20, 10.1.0.21, false",
        "127.0.0.0/8, ::1, false",
        "::1, ::1, true",
        "2001:db8::/32, 2001:db8:ffff::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "192.0.2.7, ::ffff:192.0.2.7, true",
        "128.0.0.0/1, 255.0.0.1, true",
    })
    void aRangeContainsWhatItSays(String range, String address, boolean contained) {
        assertThat(IpRange.parse(range).orElseThrow().contains(InetAddress.ofLiteral(address)))
                .isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.1/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10.0.0.2-10.0.0.1",
                "10.0.0.1-::1",
                "localhost",
                "10.1",
                "1",
                "10.0.0.256",
                "2001:db8::/129",
                "::1%lo",
                "[::1]",
            })
    void whatIsNoRangeIsNone(String text) {
        assertThat(IpRange.parse(text)).isEmpty();
    }

    @Test
    void theMoreSpecificRangeIsTheSmallerOne() {
        IpRange wide = IpRange.parse("10.0.0.0/8").orElseThrow();
        IpRange narrow = IpRange.parse("10.1.0.0/16").orElseThrow();
        assertThat(narrow.size()).isLessThan(wide.size());
        assertThat(wide.contains(narrow)).isTrue();
        assertThat(wide.overlaps(narrow)).isTrue();
        assertThat(narrow.overlaps(wide)).isTrue();
        assertThat(narrow.overlaps(IpRange.parse("10.2.0.0/16").orElseThrow())).isFalse();
    }
}
