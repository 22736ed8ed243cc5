package relay.server.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "check",
        description = "Read the configuration exactly as serve would and print every error.")
final class CheckVerb extends Verb {
    private final Actions.Check check;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    CheckVerb(RelayCommand root, Actions.Check check, Terminal terminal) {
        super(root, terminal);
        this.check = check;
    }

    @Override
    public Integer call() {
        List<Problem> problems = check.check(conf());
        if (json) printJson(json(problems));
        else problems.forEach(this::print);
        if (!problems.isEmpty()) return FAILED;
        terminal().err().println(conf() + ": no errors");
        return DONE;
    }

    private void print(Problem problem) {
        terminal().out().println(Words.printable(problem.toString()));
    }

    private static ObjectNode json(List<Problem> problems) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        var list = body.putArray("problems");
        for (Problem problem : problems) {
            ObjectNode one = list.addObject().put("file", problem.file());
            if (problem.line() > 0) {
                one.put("line", problem.line()).put("column", problem.column());
            }
            one.put("what", problem.what());
            if (!problem.hint().isEmpty()) one.put("hint", problem.hint());
        }
        return body;
    }
}
