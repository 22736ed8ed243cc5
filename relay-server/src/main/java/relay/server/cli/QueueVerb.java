package relay.server.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import relay.server.cli.Actions.AdminPlace;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A verb on a part of the queue: which part, and how to reach the relay.
abstract class QueueVerb extends Verb {
    private final Actions.LocateAdmin locateAdmin;

    @Parameters(
            paramLabel = "ID",
            arity = "0..*",
            description = "the id of a queue or of a message, or a connector's name")
    private List<String> ids = List.of();

    @Option(names = "--all", description = "everything")
    private boolean all;

    @Option(names = "--connector", paramLabel = "NAME", description = "what leaves by a connector")
    private String connector = "";

    @Option(names = "--domain", paramLabel = "D", description = "what is for a recipient domain")
    private String domain = "";

    @Option(names = "--json", description = "print JSON, as the API has it")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    QueueVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, terminal);
        this.locateAdmin = locateAdmin;
    }

    /// What a verb does where nothing is named.
    enum Unnamed {
        MEANS_ALL,
        IS_WRONG
    }

    Unnamed unnamed() {
        return Unnamed.MEANS_ALL;
    }

    /// Prints what the relay answered, for people.
    abstract void print(JsonNode body);

    abstract AdminClient.Reply ask(AdminClient relay);

    @Override
    public final Integer call() {
        checkSelection();
        return switch (locateAdmin.locate(conf())) {
            case AdminPlace.BadConfiguration(var problems) -> refuse(problems);
            case AdminPlace.At place -> {
                try (var relay = new AdminClient(place)) {
                    yield finish(relay, ask(relay));
                }
            }
        };
    }

    /// Does what is to be done with the answer; the result is the exit status.
    int done(AdminClient relay, JsonNode body) {
        if (json) printJson(body);
        else print(body);
        return DONE;
    }

    private int finish(AdminClient relay, AdminClient.Reply reply) {
        return switch (reply) {
            case AdminClient.Reply.Failed(var why) -> refuse(FAILED, why);
            case AdminClient.Reply.Misunderstood(var why) -> refuse(WRONG_USAGE, why);
            case AdminClient.Reply.Done(var body) -> done(relay, body);
        };
    }

    private void checkSelection() {
        int ways = all ? 1 : 0;
        if (!ids.isEmpty()) ways++;
        if (!connector.isEmpty()) ways++;
        if (!domain.isEmpty()) ways++;
        boolean enough = ways == 1 || (ways == 0 && unnamed() == Unnamed.MEANS_ALL);
        if (enough) return;
        throw new ParameterException(
                spec.commandLine(), "name ids, or one of --all, --connector and --domain");
    }

    /// The selection as a query, with `more` behind it: `?id=bank`, or nothing at all.
    final String query(List<String> more) {
        var parts = new ArrayList<String>();
        ids.forEach(id -> parts.add("id=" + encoded(id)));
        if (!connector.isEmpty()) parts.add("connector=" + encoded(connector));
        if (!domain.isEmpty()) parts.add("domain=" + encoded(domain));
        parts.addAll(more);
        return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    /// The selection as the body of a change.
    final ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (!ids.isEmpty()) ids.forEach(body.putArray("ids")::add);
        else if (!connector.isEmpty()) body.put("connector", connector);
        else if (!domain.isEmpty()) body.put("domain", domain);
        else body.put("all", true);
        return body;
    }

    /// `1 message`, `2 messages`.
    static String counted(long count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
