package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files that are made to hurt. Each must end quickly, in a few errors.
@Timeout(60)
class HostileFilesTest {
    @TempDir Path temporary;

    @Test
    void aFileAboveTheLimitIsNotParsed() throws IOException {
        // Given a file of more than 16 MiB.
        var folder = ConfFolder.in(temporary).relay("# ".repeat((8 << 20) + 1));

        // When it is read.
        // Then its size is the error.
        assertThat(folder.refused())
                .containsExactly("relay.yaml:1:1: the file is larger than 16 MiB");
    }

    @Test
    void aHundredThousandOpenBracketsAreOneError() throws IOException {
        // Given a file that nests deeper than any stack.
        var folder = ConfFolder.in(temporary).relay("data: " + "[".repeat(100_000));

        // When it is read.
        // Then it is refused at the first bracket too many, and none of the others is looked at.
        assertThat(folder.refused())
                .containsExactly("relay.yaml:1:38: this is no YAML: nested more than 32 deep");
    }

    @Test
    void doublingAliasesStaySmall() throws IOException {
        // Given the billion laughs: 40 levels, each twice the one above.
        var laughs = new StringBuilder("a0: &a0 [ha]\n");
        for (int level = 1; level <= 40; level++) {
            laughs.append("a%1$d: &a%1$d [*a%2$d, *a%2$d]\n".formatted(level, level - 1));
        }
        var folder = ConfFolder.in(temporary).relay(laughs.toString());

        // When they are read.
        // Then there are a few errors for each line that is there, and none for any that is not.
        assertThat(folder.refused()).hasSizeBetween(41, 4 * 41);
    }

    @Test
    void tenThousandFloorsAreReadInOneGo() throws IOException {
        // Given a policy as large as a big company's.
        var policy = new StringBuilder(ConfFolder.GOOD_CONNECTORS).append("domains:\n");
        for (int i = 0; i < 10_000; i++) {
            policy.append("  - { domain: partner%d.example, requireTls: true }\n".formatted(i));
        }
        var folder = ConfFolder.in(temporary).connectors(policy.toString());

        // When it is read.
        // Then every floor is there.
        assertThat(folder.accepted().domainFloors()).hasSize(10_000);
    }

    @Test
    void noTextMakesTheReaderThrow() throws IOException {
        // Given the files as shipped, with every comment opened, and a reproducible vandal.
        String connectors = Files.readString(Path.of("../conf/connectors.yaml")).replace("# ", "");
        String relay = Files.readString(Path.of("../conf/relay.yaml")).replace("# ", "");
        var random = new SplittableRandom(25);
        var folder = ConfFolder.in(temporary);
        var reader = new ConfigurationReader();

        for (int round = 0; round < 300; round++) {
            // When characters are lost, changed and put in.
            folder.connectors(vandalised(connectors, random)).relay(vandalised(relay, random));
            var result = reader.read(folder.path(), Map.of());

            // Then there is an answer, and each line of it is one line.
            if (result instanceof ConfigurationResult.Refused(var errors)) {
                assertThat(errors).noneMatch(error -> error.toString().contains("\n"));
            }
        }
    }

    private static String vandalised(String text, SplittableRandom random) {
        String odd = " \n\t:-[]{}*&!\"'#,|>%@`?\\$0a\u0000\uFEFF\u0085;./";
        var changed = new StringBuilder(text);
        for (int change = random.nextInt(5); change > 0; change--) {
            int at = random.nextInt(changed.length());
            char character = odd.charAt(random.nextInt(odd.length()));
            switch (random.nextInt(3)) {
                case 0 -> changed.insert(at, character);
                case 1 -> changed.setCharAt(at, character);
                default -> changed.delete(at, Math.min(changed.length() - 1, at + 20));
            }
        }
        return changed.toString();
    }
}
