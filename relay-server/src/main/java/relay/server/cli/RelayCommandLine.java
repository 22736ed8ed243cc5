package relay.server.cli;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
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
        return commandLine(List.of(args)).execute(args);
    }

    private CommandLine commandLine(List<String> words) {
        var root = new RelayCommand();
        var relay =
                new CommandLine(root)
                        .addSubcommand(new ServeVerb(root, actions.serve(), terminal))
                        .addSubcommand(new CheckVerb(root, actions.check(), terminal))
                        .addSubcommand(new ExplainVerb(root, actions.explain(), terminal))
                        .addSubcommand(
                                new VerifyTlsVerb(root, actions.verifyTls(), terminal, clock))
                        .addSubcommand(new DemoVerb(root, actions.demo(), terminal))
                        .addSubcommand(new HashPasswordVerb(root, terminal))
                        .addSubcommand(noun(new QueueCommand(), words, () -> queueVerbs(root)))
                        .addSubcommand(noun(new StsCommand(), words, () -> stsVerbs(root)))
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

    /// Verbs that no word leads to are not made: picocli takes a tenth of a start over them.
    private static CommandLine noun(
            Object command, List<String> words, Supplier<List<Object>> verbs) {
        var noun = new CommandLine(command);
        if (words.contains(noun.getCommandName())) verbs.get().forEach(noun::addSubcommand);
        return noun;
    }

    private List<Object> queueVerbs(RelayCommand root) {
        Actions.LocateAdmin admin = actions.locateAdmin();
        return List.of(
                new QueueListVerb(root, admin, terminal, clock),
                new QueueShowVerb(root, admin, terminal, clock),
                new QueueRetryVerb(root, admin, terminal),
                new QueueResumeVerb(root, admin, terminal),
                new QueueMessagesVerb(root, admin, terminal),
                new QueueSuspendVerb(root, admin, terminal),
                new QueueHoldVerb(root, admin, terminal),
                new QueueRemoveVerb(root, admin, terminal),
                new QueueRedirectVerb(root, admin, terminal),
                new QueueExportVerb(root, admin, terminal),
                new QueueReplayVerb(root, admin, terminal),
                new QueueBackupVerb(root, admin, terminal),
                new QueueCheckVerb(root, actions.checkQueue(), terminal));
    }

    private List<Object> stsVerbs(RelayCommand root) {
        Actions.LocateAdmin admin = actions.locateAdmin();
        return List.of(
                new StsListVerb(root, admin, terminal, clock),
                new StsRefreshVerb(root, admin, terminal),
                new StsPurgeVerb(root, admin, terminal));
    }
}
