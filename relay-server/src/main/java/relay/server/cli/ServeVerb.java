package relay.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

@Command(
        name = "serve",
        description =
                "Run the relay. SIGTERM drains and stops it, SIGHUP reads the configuration anew.")
final class ServeVerb extends Verb {
    private final Actions.Serve serve;

    ServeVerb(RelayCommand root, Actions.Serve serve, Terminal terminal) {
        super(root, terminal);
        this.serve = serve;
    }

    @Override
    public Integer call() {
        List<Problem> problems = serve.serve(conf());
        return problems.isEmpty() ? DONE : refuse(problems);
    }
}
