package relay.server.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// `relay`: the options that every verb has. Filled by picocli. Being no `Callable`, it cannot be
/// run without a verb.
@Command(
        name = "relay",
        description = "An SMTP relay that enforces TLS by policy.",
        synopsisSubcommandLabel = "VERB",
        footer = {"", "Exit status: 0 done, 1 failed, 2 wrong usage."})
final class RelayCommand {
    @Option(
            names = "--conf",
            paramLabel = "DIR",
            description = "the folder of connectors.yaml and relay.yaml (default: conf)",
            scope = ScopeType.INHERIT)
    private Path conf = Path.of("conf");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this and exit",
            scope = ScopeType.INHERIT)
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "print the version and exit")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean version;

    Path conf() {
        return conf;
    }
}
