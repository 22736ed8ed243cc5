package relay.core.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.SplittableRandom;
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
        "192.0.2.7/32, 192.0.2.7, true",
        "192.0.2.7/32, 192.0.2.8, false",
        "2001:db8::1/128, 2001:db8::1, true",
        "192.0.2.7-192.0.2.7, 192.0.2.7, true",
        // As numbers these are in it.
        "10.0.0.0/8, ::a00:1, false",
        "::/0, 10.0.0.1, false",
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
    void aBlockHasTheAddressesOfItsPrefixAndNoOther() {
        var random = new SplittableRandom(4632);
        for (int round = 0; round < 2_000; round++) {
            // Given a block of each length, and its bounds as numbers.
            int prefix = round % 33;
            long size = 1L << (32 - prefix);
            long first = random.nextLong(1L << 32) / size * size;
            IpRange block = IpRange.parse(written(first) + "/" + prefix).orElseThrow();

            // Then both bounds are in it, their neighbours are not, and it is as large as it is.
            assertThat(block).isEqualTo(range(first, first + size - 1));
            assertThat(block.size()).isEqualTo(BigInteger.valueOf(size));
            assertThat(IpRange.parse(block.toString())).contains(block);
            assertThat(block.contains(address(first))).isTrue();
            assertThat(block.contains(address(first + size - 1))).isTrue();
            if (first > 0) assertThat(block.contains(address(first - 1))).isFalse();
            if (first + size < 1L << 32) {
                assertThat(block.contains(address(first + size))).isFalse();
            }
        }
    }

    private static IpRange range(long first, long last) {
        return IpRange.parse(written(first) + " - " + written(last)).orElseThrow();
    }

    private static InetAddress address(long number) {
        return InetAddress.ofLiteral(written(number));
    }

    private static String written(long number) {
        return number / (1 << 24) % 256
                + "."
                + number / (1 << 16) % 256
                + "."
                + number / 256 % 256
                + "."
                + number % 256;
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

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.9-10.0.0.10", "10.0.0.20-10.0.0.21", "10.0.0.1-10.0.0.30"})
    void aRangeThatSticksOutIsNotContained(String other) {
        IpRange range = IpRange.parse("10.0.0.10-10.0.0.20").orElseThrow();
        assertThat(range.contains(IpRange.parse(other).orElseThrow())).isFalse();
        assertThat(range.overlaps(IpRange.parse(other).orElseThrow())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.7", "10.0.0.0/8", "0.0.0.0/0", "::/0", "2001:db8::/33", "::1"})
    void aRangeIsReadFromWhatItIsShownAs(String text) {
        IpRange range = IpRange.parse(text).orElseThrow();
        assertThat(IpRange.parse(range.toString())).contains(range);
    }
}
