package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.tls.StsPolicy.Mode;
import relay.server.testing.FakeQueue;
import relay.server.testing.FakeSts;
import relay.server.testing.RunningAdmin;
import relay.server.testing.Samples;

/// The `sts` verbs and the admin port together.
@Timeout(60)
class StsCommandTest {
    @TempDir Path data;

    private final FakeSts sts = new FakeSts();
    private RunningAdmin admin;

    @BeforeEach
    void start() throws IOException {
        sts.add("bank.example", Mode.ENFORCE, "mx.bank.example", "*.mail.example");
        sts.add("clinic.example", Mode.TESTING, "mx.clinic.example");
        admin = RunningAdmin.start(data, Samples.NOON, new FakeQueue(), sts);
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    @Test
    void listShowsModeTermAndHosts() {
        assertThat(admin.run("sts", "list")).isZero();
        assertThat(admin.printed.out().lines().map(line -> line.replaceAll(" {2,}", " | ")))
                .containsExactly(
                        "DOMAIN | MODE | EXPIRES | ID | MX HOSTS",
                        "bank.example | enforce | in 7d | 1 | mx.bank.example *.mail.example",
                        "clinic.example | testing | in 7d | 1 | mx.clinic.example");
    }

    @Test
    void listCanBeOfNamedDomains() {
        assertThat(admin.run("sts", "list", "clinic.example", "--json")).isZero();
        assertThat(admin.printed.out())
                .contains("mx.clinic.example")
                .doesNotContain("bank.example");
    }

    @Test
    void refreshSaysWhatCameOfEachAndFailsWhereOneFailed() {
        assertThat(admin.run("sts", "refresh")).isZero();
        assertThat(admin.printed.out().lines())
                .containsExactly(
                        "bank.example: fetched (enforce)", "clinic.example: fetched (enforce)");
        assertThat(admin.run("sts", "refresh", "else.example")).isEqualTo(1);
        assertThat(admin.printed.out()).contains("else.example: failed (no such host)");
    }

    @Test
    void purgeForgetsWhatIsNamed() {
        assertThat(admin.run("sts", "purge", "bank.example")).isZero();
        assertThat(sts.kept()).hasSize(1);
        assertThat(admin.run("sts", "purge", "bank.example")).isEqualTo(1);
        assertThat(admin.run("sts", "purge", "--all")).isZero();
        assertThat(sts.kept()).isEmpty();
    }

    @Test
    void purgeOfEverythingMustBeSaid() {
        assertThat(admin.run("sts", "purge")).isEqualTo(2);
        assertThat(admin.run("sts", "purge", "--all", "bank.example")).isEqualTo(2);
        assertThat(sts.kept()).hasSize(2);
    }

    @Test
    void aNameThatIsNoDomainIsWrongUsage() {
        assertThat(admin.run("sts", "refresh", "a..b")).isEqualTo(2);
        assertThat(admin.printed.err()).contains("not a domain: a..b");
    }
}
