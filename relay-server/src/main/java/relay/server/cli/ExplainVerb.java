package relay.server.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import relay.server.cli.Actions.Explanation;
import relay.server.cli.Actions.Fact;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "explain",
        description =
                "Say which connector, next hop and TLS demands mail for RECIPIENT has, and which"
                        + " line of the configuration says so.")
final class ExplainVerb extends Verb {
    private final Actions.Explain explain;

    @Parameters(paramLabel = "RECIPIENT", description = "a mail address")
    private String recipient = "";

    @Option(names = "--from", paramLabel = "SENDER", description = "the sender's mail address")
    private String sender = "";

    @Option(
            names = "--via",
            paramLabel = "RECEIVECONNECTOR",
            description = "the receive connector that takes the message")
    private String via = "";

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    ExplainVerb(RelayCommand root, Actions.Explain explain, Terminal terminal) {
        super(root, terminal);
        this.explain = explain;
    }

    @Override
    public Integer call() {
        return switch (explain.explain(conf(), recipient, given(sender), given(via))) {
            case Explanation.Explained(var facts) -> print(facts);
            case Explanation.BadQuestion(var why) -> refuse(WRONG_USAGE, why);
            case Explanation.BadConfiguration(var problems) -> refuse(problems);
        };
    }

    private static Optional<String> given(String option) {
        return option.isEmpty() ? Optional.empty() : Optional.of(option);
    }

    private int print(List<Fact> facts) {
        if (json) {
            printJson(json(facts));
            return DONE;
        }
        int names = facts.stream().mapToInt(fact -> fact.name().length()).max().orElse(0);
        for (Fact fact : facts) {
            String origin = fact.origin().isEmpty() ? "" : "  (" + fact.origin() + ")";
            String padding = " ".repeat(names - fact.name().length() + 2);
            String line = fact.name() + padding + fact.value() + origin;
            terminal().out().println(Words.printable(line));
        }
        return DONE;
    }

    private static ObjectNode json(List<Fact> facts) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        var list = body.putArray("facts");
        for (Fact fact : facts) {
            ObjectNode one = list.addObject().put("name", fact.name()).put("value", fact.value());
            if (!fact.origin().isEmpty()) one.put("origin", fact.origin());
        }
        return body;
    }
}
