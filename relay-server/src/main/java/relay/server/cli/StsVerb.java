package relay.server.cli;

import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import relay.server.cli.Actions.AdminPlace;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A verb on the MTA-STS policies that the running relay keeps.
abstract class StsVerb extends Verb {
    private final Actions.LocateAdmin locateAdmin;

    @Parameters(paramLabel = "DOMAIN", arity = "0..*", description = "the policy's domain")
    private List<String> domains = List.of();

    @Option(names = "--json", description = "print JSON, as the API has it")
    private boolean json;

    StsVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, terminal);
        this.locateAdmin = locateAdmin;
    }

    abstract AdminClient.Reply ask(AdminClient relay);

    /// Prints what the relay answered, for people; the result is the exit status.
    abstract int print(JsonNode body);

    final List<String> domains() {
        return domains;
    }

    /// The body of a change: the named domains, or all.
    final ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (domains.isEmpty()) body.put("all", true);
        else domains.forEach(body.putArray("domains")::add);
        return body;
    }

    @Override
    public Integer call() {
        return switch (locateAdmin.locate(conf())) {
            case AdminPlace.BadConfiguration(var problems) -> refuse(problems);
            case AdminPlace.At place -> {
                try (var relay = new AdminClient(place)) {
                    yield finish(ask(relay));
                }
            }
        };
    }

    private int finish(AdminClient.Reply reply) {
        return switch (reply) {
            case AdminClient.Reply.Failed(var why) -> refuse(FAILED, why);
            case AdminClient.Reply.Misunderstood(var why) -> refuse(WRONG_USAGE, why);
            case AdminClient.Reply.Done(var body) -> {
                if (!json) yield print(body);
                printJson(body);
                yield DONE;
            }
        };
    }
}
