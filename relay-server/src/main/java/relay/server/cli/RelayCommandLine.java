package relay.server.cli;

import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/// The command `relay`: reads the arguments, runs the verb, gives the exit status.
///
/// 0 done, 1 failed, 2 wrong usage. Data goes to the terminal's `out`, everything else to `err`.
public final class RelayCommandLine {
    private final Actions actions;
    private final Terminal terminal;
    private final InstantSource clock;

    public RelayCommandLine(Actions actions, Terminal terminal, InstantSource clock) {
        this.actions = actions;
        this.terminal = terminal;
        this.clock = clock;
    }

    /// Runs one command on the calling thread and returns the exit status; for `serve` that is when
    /// the relay has stopped. A bug in a verb is printed with its trace and is status 1.
    public int run(String... args) {
        return commandLine().execute(args);
    }

    private CommandLine commandLine() {
        var root = new RelayCommand();
        Actions.LocateAdmin admin = actions.locateAdmin();
        var queue =
                new CommandLine(new QueueCommand())
                        .addSubcommand(new QueueListVerb(root, admin, terminal, clock))
                        .addSubcommand(new QueueShowVerb(root, admin, terminal, clock))
                        .addSubcommand(new QueueRetryVerb(root, admin, terminal))
                        .addSubcommand(new QueueResumeVerb(root, admin, terminal))
                        .addSubcommand(new QueueMessagesVerb(root, admin, terminal))
                        .addSubcommand(new QueueSuspendVerb(root, admin, terminal))
                        .addSubcommand(new QueueHoldVerb(root, admin, terminal))
                        .addSubcommand(new QueueRemoveVerb(root, admin, terminal))
                        .addSubcommand(new QueueRedirectVerb(root, admin, terminal))
                        .addSubcommand(new QueueExportVerb(root, admin, terminal))
                        .addSubcommand(new QueueReplayVerb(root, admin, terminal))
                        .addSubcommand(new QueueBackupVerb(root, admin, terminal))
                        .addSubcommand(new QueueCheckVerb(root, actions.checkQueue(), terminal));
        var sts =
                new CommandLine(new StsCommand())
                        .addSubcommand(new StsListVerb(root, admin, terminal, clock))
                        .addSubcommand(new StsRefreshVerb(root, admin, terminal))
                        .addSubcommand(new StsPurgeVerb(root, admin, terminal));
        var relay =
                new CommandLine(root)
                        .addSubcommand(new ServeVerb(root, actions.serve(), terminal))
                        .addSubcommand(new CheckVerb(root, actions.check(), terminal))
                        .addSubcommand(new ExplainVerb(root, actions.explain(), terminal))
                        .addSubcommand(
                                new VerifyTlsVerb(root, actions.verifyTls(), terminal, clock))
                        .addSubcommand(new DemoVerb(root, actions.demo(), terminal))
                        .addSubcommand(new HashPasswordVerb(root, terminal))
                        .addSubcommand(queue)
                        .addSubcommand(sts)
                        .addSubcommand(new TrackVerb(root, actions.track(), terminal, clock));
        relay.getCommandSpec().version("relay " + actions.version());
        return relay.setOut(terminal.out())
                .setErr(terminal.err())
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setExecutionExceptionHandler((fault, _, _) -> {
                    fault.printStackTrace(terminal.err());
                    return Verb.FAILED;
                });
    }
}
