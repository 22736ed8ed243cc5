package relay.server;

import java.time.InstantSource;
import relay.server.cli.Actions;
import relay.server.cli.RelayCommandLine;
import relay.server.cli.Terminal;
import relay.server.telemetry.ConsoleLog;

/// The program.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        int status;
        try (var _ = ConsoleLog.open()) {
            var verbs = new Verbs();
            var actions =
                    new Actions(
                            verbs::serve,
                            verbs::check,
                            verbs::checkQueue,
                            verbs::explain,
                            verbs::locateAdmin,
                            verbs::track,
                            verbs::verifyTls,
                            verbs::demo,
                            Verbs.version());
            status =
                    new RelayCommandLine(actions, Terminal.ofProcess(), InstantSource.system())
                            .run(args);
        }
        System.exit(status);
    }
}
