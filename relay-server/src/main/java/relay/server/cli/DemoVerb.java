package relay.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

@Command(
        name = "demo",
        description =
                "Show what the relay does: three partners on this machine (good TLS, a certificate"
                        + " of the wrong name, no TLS), messages to each, and what became of them.")
final class DemoVerb extends Verb {
    private final Actions.Demo demo;

    DemoVerb(RelayCommand root, Actions.Demo demo, Terminal terminal) {
        super(root, terminal);
        this.demo = demo;
    }

    @Override
    public Integer call() {
        List<Problem> problems = demo.demo(terminal().out());
        return problems.isEmpty() ? DONE : refuse(problems);
    }
}
