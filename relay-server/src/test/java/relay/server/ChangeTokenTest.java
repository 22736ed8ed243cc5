package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.server.admin.AdminServer;
import relay.server.admin.AdminSources;
import relay.server.cli.Actions;
import relay.server.cli.RelayCommandLine;
import relay.server.cli.Terminal;
import relay.server.testing.CapturedTerminal;
import relay.server.testing.FakeQueue;
import relay.server.testing.FakeSts;
import relay.server.testing.Samples;

/// The command and the token of the admin port: who may change the queue, and what others are told.
@Timeout(60)
class ChangeTokenTest {
    @TempDir Path data;

    private final FakeQueue queue = new FakeQueue();
    private final CapturedTerminal printed = new CapturedTerminal();
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        server =
                AdminServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new AdminSources(
                                queue.control(),
                                queue.view(),
                                new FakeSts(),
                                Samples::policy,
                                List::of,
                                () -> "",
                                "text/plain",
                                List.of(),
                                data,
                                queue.contents(),
                                _ -> 0,
                                () -> Samples.NOON));
        queue.addActive(Samples.CLINIC, 1, Samples.NOON);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theCommandReadsTheTokenByItself() throws IOException {
        assertThat(run(data.resolve("admin-token"), "queue", "retry")).isZero();
        assertThat(queue.retried).containsExactly(Samples.CLINIC);
        assertThat(Files.readString(data.resolve("audit/audit.jsonl")))
                .contains("\"user\":\"")
                .contains("/api/v1/queues/retry");
    }

    @Test
    void whereTheTokenCannotBeReadTheCommandSaysWhoCan() {
        // Given no token file, when a change is ordered.
        Path missing = data.resolve("elsewhere");
        int status = run(missing, "queue", "retry");

        // Then nothing happens, and the way out is said; listing goes on.
        assertThat(status).isEqualTo(1);
        assertThat(printed.err())
                .isEqualTo(
                        "relay: the relay wants the token of "
                                + missing
                                + ", and there is no such file (run this as the user whom the"
                                + " relay runs as)\n");
        assertThat(queue.retried).isEmpty();
        assertThat(run(missing, "queue", "list")).isZero();
    }

    @Test
    void theTokenOfAnotherRelayIsNamed() throws IOException {
        Path other = Files.writeString(data.resolve("other"), "0".repeat(64));
        assertThat(run(other, "queue", "suspend", "--all")).isEqualTo(1);
        assertThat(printed.err()).contains("does not take the token of " + other);
    }

    private int run(Path tokenFile, String... arguments) {
        var actions =
                new Actions(
                        _ -> List.of(),
                        _ -> List.of(),
                        (_, _, _) -> new Actions.CheckedQueue.Sound(),
                        (_, _, _, _) -> new Actions.Explanation.BadQuestion(""),
                        _ -> new Actions.AdminPlace.At(server.address(), tokenFile),
                        (_, _, _, _) -> new Actions.Tracked.Complete(),
                        (_, _) -> new Actions.Verified.BadDomain(""),
                        _ -> List.of(),
                        "1");
        return new RelayCommandLine(
                        actions, printed.terminal(Terminal.UNLIMITED), () -> Samples.NOON)
                .run(arguments);
    }
}
