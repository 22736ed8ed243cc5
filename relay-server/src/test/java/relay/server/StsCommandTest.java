package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.tls.StsPolicy.Mode;
import relay.server.admin.AdminServer;
import relay.server.admin.AdminSources;
import relay.server.cli.Actions;
import relay.server.cli.RelayCommandLine;
import relay.server.cli.Terminal;
import relay.server.testing.CapturedTerminal;
import relay.server.testing.FakeQueue;
import relay.server.testing.FakeSts;
import relay.server.testing.Samples;

/// The `sts` verbs and the admin port together.
@Timeout(60)
class StsCommandTest {
    @TempDir Path data;

    private final FakeSts sts = new FakeSts();
    private final CapturedTerminal printed = new CapturedTerminal();
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        var queue = new FakeQueue();
        sts.add("bank.example", Mode.ENFORCE, "mx.bank.example", "*.mail.example");
        sts.add("clinic.example", Mode.TESTING, "mx.clinic.example");
        server =
                AdminServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new AdminSources(
                                queue.control(),
                                queue.view(),
                                sts,
                                Samples::policy,
                                List::of,
                                () -> "",
                                "text/plain",
                                List.of(),
                                data,
                                queue.contents(),
                                _ -> 0,
                                () -> Samples.NOON));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void listShowsModeTermAndHosts() {
        assertThat(run("sts", "list")).isZero();
        assertThat(printed.out().lines().map(line -> line.replaceAll(" {2,}", " | ")))
                .containsExactly(
                        "DOMAIN | MODE | EXPIRES | ID | MX HOSTS",
                        "bank.example | enforce | in 7d | 1 | mx.bank.example *.mail.example",
                        "clinic.example | testing | in 7d | 1 | mx.clinic.example");
    }

    @Test
    void listCanBeOfNamedDomains() {
        assertThat(run("sts", "list", "clinic.example", "--json")).isZero();
        assertThat(printed.out()).contains("mx.clinic.example").doesNotContain("bank.example");
    }

    @Test
    void refreshSaysWhatCameOfEachAndFailsWhereOneFailed() {
        assertThat(run("sts", "refresh")).isZero();
        assertThat(printed.out().lines())
                .containsExactly(
                        "bank.example: fetched (enforce)", "clinic.example: fetched (enforce)");
        assertThat(run("sts", "refresh", "else.example")).isEqualTo(1);
        assertThat(printed.out()).contains("else.example: failed (no such host)");
    }

    @Test
    void purgeForgetsWhatIsNamed() {
        assertThat(run("sts", "purge", "bank.example")).isZero();
        assertThat(sts.kept()).hasSize(1);
        assertThat(run("sts", "purge", "bank.example")).isEqualTo(1);
        assertThat(run("sts", "purge", "--all")).isZero();
        assertThat(sts.kept()).isEmpty();
    }

    @Test
    void purgeOfEverythingMustBeSaid() {
        assertThat(run("sts", "purge")).isEqualTo(2);
        assertThat(run("sts", "purge", "--all", "bank.example")).isEqualTo(2);
        assertThat(sts.kept()).hasSize(2);
    }

    @Test
    void aNameThatIsNoDomainIsWrongUsage() {
        assertThat(run("sts", "refresh", "a..b")).isEqualTo(2);
        assertThat(printed.err()).contains("not a domain: a..b");
    }

    private int run(String... arguments) {
        var actions =
                new Actions(
                        _ -> List.of(),
                        _ -> List.of(),
                        (_, _, _) -> new Actions.CheckedQueue.Sound(),
                        (_, _, _, _) -> new Actions.Explanation.BadQuestion(""),
                        _ ->
                                new Actions.AdminPlace.At(
                                        server.address(), data.resolve("admin-token")),
                        (_, _, _, _) -> new Actions.Tracked.Complete(),
                        (_, _) -> new Actions.Verified.BadDomain(""),
                        _ -> List.of(),
                        "1");
        return new RelayCommandLine(
                        actions, printed.terminal(Terminal.UNLIMITED), () -> Samples.NOON)
                .run(arguments);
    }
}
