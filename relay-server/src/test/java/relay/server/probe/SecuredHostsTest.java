package relay.server.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.server.testing.ProbeSamples;
import relay.server.testing.Samples;

class SecuredHostsTest {
    private static final Duration TOO_LONG = SecuredHosts.KEPT.plusSeconds(1);

    @TempDir Path data;

    private Instant now = Samples.NOON;

    private SecuredHosts open() {
        return SecuredHosts.kept(data, () -> now);
    }

    @Test
    void aHostThatHadTlsIsRememberedAcrossARestart() {
        // Given a relay that came to TLS with a host, and stopped.
        try (var hosts = open()) {
            hosts.secured(ProbeSamples.host("mx.bank.example"));
        }

        // When it runs again a day later.
        now = now.plus(Duration.ofDays(1));
        try (var hosts = open()) {
            // Then it knows when, and nothing of other hosts.
            assertThat(hosts.lastSecured(ProbeSamples.host("mx.bank.example")))
                    .containsExactly(Samples.NOON);
            assertThat(hosts.lastSecured(ProbeSamples.host("mx.other.example"))).isEmpty();
        }
    }

    @Test
    void afterAMonthWithoutTlsItIsForgotten() throws IOException {
        try (var hosts = open()) {
            hosts.secured(ProbeSamples.host("old.example"));
            now = now.plus(TOO_LONG);
            assertThat(hosts.lastSecured(ProbeSamples.host("old.example"))).isEmpty();
            hosts.secured(ProbeSamples.host("new.example"));
        }
        assertThat(Files.readAllLines(data.resolve("tls-hosts")))
                .containsExactly("new.example:25 " + now);
    }

    @Test
    void theMemoryIsBounded() throws IOException {
        // Given more hosts than there is room for.
        try (var hosts = open()) {
            for (int i = 0; i < SecuredHosts.MAX_HOSTS + 5; i++) {
                now = now.plusMillis(1);
                hosts.secured(ProbeSamples.host("mx" + i + ".example"));
            }

            // Then what comes too late is not taken in.
            assertThat(hosts.lastSecured(ProbeSamples.host("mx10000.example"))).isEmpty();
        }

        // And the oldest make room at the next save.
        assertThat(Files.readAllLines(data.resolve("tls-hosts"))).hasSize(9_000);
        try (var hosts = open()) {
            assertThat(hosts.lastSecured(ProbeSamples.host("mx0.example"))).isEmpty();
            assertThat(hosts.lastSecured(ProbeSamples.host("mx9999.example"))).hasSize(1);
        }
    }

    @Test
    void aDamagedFileCostsItsDamagedLinesAlone() throws IOException {
        var lines = new ArrayList<String>();
        lines.add("mx.bank.example:25 " + Samples.NOON);
        lines.add("mx.other.example:25 yesterday");
        lines.add("");
        Files.write(data.resolve("tls-hosts"), lines);
        try (var hosts = open()) {
            assertThat(hosts.lastSecured(ProbeSamples.host("mx.bank.example"))).hasSize(1);
            assertThat(hosts.lastSecured(ProbeSamples.host("mx.other.example"))).isEmpty();
        }
    }

    @Test
    void aFileThatCannotBeReadOrWrittenKeepsNobodyFromWorking() throws IOException {
        // Given a folder in the file's place.
        Files.createDirectories(data.resolve("tls-hosts").resolve("inside"));

        // When hosts are remembered, then that works, though not across a restart.
        try (var hosts = open()) {
            hosts.secured(ProbeSamples.host("mx.bank.example"));
            assertThat(hosts.lastSecured(ProbeSamples.host("mx.bank.example"))).hasSize(1);
        }
        assertThat(data.resolve("tls-hosts")).isDirectory();
    }
}
