package relay.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.tls.StsPolicy.Mode;
import relay.core.tls.StsPolicy.Parsed;

/// Policy files, good and bad (RFC 8461 §3.2).
class StsPolicyTest {
    private static final String REST = "mode: enforce\nmx: mx.example.org\nmax_age: 604800\n";
    private static final StsPolicy PLAIN = policy(Mode.ENFORCE, 604_800, "mx.example.org");

    static Stream<Arguments> good() {
        return Stream.of(
                arguments("version: STSv1\n" + REST, PLAIN),
                arguments(("version: STSv1\n" + REST).replace("\n", "\r\n"), PLAIN),
                arguments(REST + "version:STSv1", PLAIN),
                arguments("version:\tSTSv1 \t\n" + REST, PLAIN),
                arguments("version: STSv1\n" + REST + "\n\n", PLAIN),
                arguments("version: STSv1\n" + REST + "later_on: 7 (dé) x: y\n", PLAIN),
                arguments("version: STSv1\n" + REST + "mode: none\nmax_age: 1\n", PLAIN),
                arguments(
                        "version: STSv1\n" + REST + "mx: *.Example.NET\nmx: mx2.example.org\n",
                        policy(
                                Mode.ENFORCE,
                                604_800,
                                "mx.example.org",
                                "*.example.net",
                                "mx2.example.org")),
                arguments(
                        "version: STSv1\nmode: testing\nmx: a.example\nmax_age: 31557600\n",
                        policy(Mode.TESTING, 31_557_600, "a.example")),
                arguments("version: STSv1\nmode: none\nmax_age: 0\n", policy(Mode.NONE, 0L)));
    }

    @ParameterizedTest
    @MethodSource
    void good(String file, StsPolicy expected) {
        assertThat(parse(file)).isEqualTo(new Parsed.Valid(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "'', no version",
        "'mode: enforce|mx: a.example|max_age: 1', no version",
        "'version: STSv2|mode: enforce|mx: a.example|max_age: 1', version is not STSv1",
        "'version: stsv1|mode: enforce|mx: a.example|max_age: 1', version is not STSv1",
        "'Version: STSv1|mode: enforce|mx: a.example|max_age: 1', no version",
        "'version: STSv1|mx: a.example|max_age: 1', no mode",
        "'version: STSv1|mode: Enforce|mx: a.example|max_age: 1', mode is none of",
        "'version: STSv1|mode: enforce|max_age: 1', no mx",
        "'version: STSv1|mode: testing|max_age: 1', no mx",
        "'version: STSv1|mode: enforce|mx: a.example', no max_age",
        "'version: STSv1|mode: enforce|mx: a.example|max_age: 31557601', max_age is not",
        "'version: STSv1|mode: enforce|mx: a.example|max_age: -1', max_age is not",
        "'version: STSv1|mode: enforce|mx: a.example|max_age: 1d', max_age is not",
        "'version: STSv1|mode: enforce|mx: a.example|max_age: 00000000001', max_age is not",
        "'version: STSv1|mode: enforce|mx: *|max_age: 1', not an MX host: *",
        "'version: STSv1|mode: enforce|mx: *.*.example|max_age: 1', not an MX host",
        "'version: STSv1|mode: enforce|mx: a.*.example|max_age: 1', not an MX host",
        "'version: STSv1|mode: enforce|mx: a.example.|max_age: 1', not an MX host",
        "'version: STSv1|mode: enforce|mx: [192.0.2.1]|max_age: 1', not an MX host",
        "'version: STSv1|mode: enforce|mx:|max_age: 1', not an MX host",
        "'version: STSv1|mode: enforce|mx: a.example, b.example|max_age: 1', not an MX host",
        "'version: STSv1|mode: enforce|mx: a.example|max_age: 1|hello', not a field: hello",
        "'version: STSv1|mode: enforce|mx: a.example|max_age: 1|-x: y', not a field: -x: y",
        "'version: STSv1|mode: enforce|mx: a.example|max_age: 1|x: \u0001', not a field",
        "'<html>', not a field: <html>"
    })
    void bad(String file, String why) {
        assertThat(parse(file.replace('|', '\n')))
                .isInstanceOfSatisfying(
                        Parsed.Invalid.class, no -> assertThat(no.why()).startsWith(why));
    }

    @Test
    void aFileHasAtMost64KiB() {
        // Given a policy filled up to the limit, and one octet more.
        String start = "version: STSv1\n" + REST + "filler: ";
        String full = start + "x".repeat(StsPolicy.MAX_BYTES - start.length());

        // When both are read, then one counts.
        assertThat(parse(full)).isEqualTo(new Parsed.Valid(PLAIN));
        assertThat(parse(full + "x")).isEqualTo(new Parsed.Invalid("larger than 64 KiB"));
    }

    @Test
    void octetsThatAreNoTextAreNoPolicy() {
        byte[] file =
                ("version: STSv1\n" + REST + "x: \u00e9\n").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(StsPolicy.parse(file)).isEqualTo(new Parsed.Invalid("not UTF-8"));
    }

    @ParameterizedTest
    @CsvSource({
        "mx.example.org, mx.example.org, true",
        "mx2.example.org, mx.example.org, false",
        "a.mx.example.org, mx.example.org, false",
        "mx.example.org, *.example.org, true",
        "a.mx.example.org, *.example.org, false",
        "example.org, *.example.org, false",
        "evil-example.org, *.example.org, false",
        "org, *.org, false"
    })
    void aWildcardIsOneLabelOnTheLeft(String host, String pattern, boolean fits) {
        // RFC 8461 §4.1.
        assertThat(policy(Mode.ENFORCE, 1, "other.example", pattern).lists(host)).isEqualTo(fits);
    }

    private static Parsed parse(String file) {
        return StsPolicy.parse(file.getBytes(StandardCharsets.UTF_8));
    }

    private static StsPolicy policy(Mode mode, long seconds, String... mx) {
        return new StsPolicy(mode, List.of(mx), Duration.ofSeconds(seconds));
    }
}
