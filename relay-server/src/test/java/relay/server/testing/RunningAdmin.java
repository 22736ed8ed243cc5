package relay.server.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import relay.server.admin.AdminServer;
import relay.server.admin.AdminSources;
import relay.server.cli.Actions;
import relay.server.cli.RelayCommandLine;
import relay.server.cli.Terminal;

/// An admin port over a queue that is plain data, and the command that talks to it. What the command
/// prints stays in `printed`.
public final class RunningAdmin implements AutoCloseable {
    public final FakeQueue queue;
    public final CapturedTerminal printed = new CapturedTerminal();
    private final AdminServer server;
    private final Path data;
    private final Instant now;

    private RunningAdmin(AdminServer server, FakeQueue queue, Path data, Instant now) {
        this.server = server;
        this.queue = queue;
        this.data = data;
        this.now = now;
    }

    /// With its token and audit log in `data`; the time is always `now`.
    public static RunningAdmin start(Path data, Instant now) throws IOException {
        return start(data, now, new FakeQueue(), new FakeSts());
    }

    public static RunningAdmin start(Path data, Instant now, FakeQueue queue, FakeSts sts)
            throws IOException {
        var sources = sources(data, queue, sts, () -> now);
        return new RunningAdmin(AdminServer.start(anyPort(), sources), queue, data, now);
    }

    /// Over something else than `queue`.
    public static RunningAdmin start(Path data, Instant now, AdminSources sources)
            throws IOException {
        return new RunningAdmin(AdminServer.start(anyPort(), sources), new FakeQueue(), data, now);
    }

    /// What an admin port over these is made of.
    public static AdminSources sources(
            Path data, FakeQueue queue, FakeSts sts, InstantSource clock) {
        return new AdminSources(
                queue.control(),
                queue.view(),
                sts,
                Samples::policy,
                () -> List.copyOf(queue.notReady),
                () -> "relay_ready 1.0\n",
                "text/plain; version=0.0.4; charset=utf-8",
                List.of("relay.example.net"),
                data,
                queue.contents(),
                queue.backup(),
                queue.replays(),
                clock);
    }

    public static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    public InetSocketAddress address() {
        return server.address();
    }

    /// The command's exit status.
    public int run(String... arguments) {
        return runWithToken(data.resolve("admin-token"), arguments);
    }

    public int runWithToken(Path tokenFile, String... arguments) {
        return run(printed, Terminal.UNLIMITED, actions(server.address(), tokenFile), arguments);
    }

    public int runOn(CapturedTerminal terminal, int columns, String... arguments) {
        var actions = actions(server.address(), data.resolve("admin-token"));
        return run(terminal, columns, actions, arguments);
    }

    /// The command, with an admin port that is taken to be at `place`.
    public int runAt(InetSocketAddress place, String... arguments) {
        var actions = actions(place, data.resolve("admin-token"));
        return run(printed, Terminal.UNLIMITED, actions, arguments);
    }

    private int run(CapturedTerminal terminal, int columns, Actions actions, String... arguments) {
        return new RelayCommandLine(actions, terminal.terminal(columns), () -> now).run(arguments);
    }

    private static Actions actions(InetSocketAddress admin, Path tokenFile) {
        return new Actions(
                _ -> List.of(),
                _ -> List.of(),
                (_, _, _) -> new Actions.CheckedQueue.Sound(),
                (_, _, _, _) -> new Actions.Explanation.BadQuestion(""),
                _ -> new Actions.AdminPlace.At(admin, tokenFile),
                (_, _, _, _) -> new Actions.Tracked.Complete(),
                (_, _) -> new Actions.Verified.BadDomain(""),
                _ -> List.of(),
                "0.1.0");
    }

    @Override
    public void close() {
        server.close();
    }
}
