package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
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
}
