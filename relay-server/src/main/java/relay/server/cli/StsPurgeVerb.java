package relay.server.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
        name = "purge",
        description = "Forget policies: until it is fetched again, nothing of a policy holds.")
final class StsPurgeVerb extends StsVerb {
    @Option(names = "--all", description = "every policy")
    private boolean all;

    @Spec private CommandSpec spec = CommandSpec.create();

    StsPurgeVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.post("/api/v1/sts/purge", body());
    }

    @Override
    public Integer call() {
        if (all == domains().isEmpty()) return super.call();
        throw new ParameterException(spec.commandLine(), "name domains, or --all");
    }

    @Override
    int print(JsonNode body) {
        List<JsonNode> purged = List.copyOf(body.path("purged").values());
        if (purged.isEmpty() && !all) {
            return refuse(FAILED, "no such policy: " + String.join(" ", domains()));
        }
        String names = purged.stream().map(JsonNode::asString).collect(Collectors.joining(" "));
        terminal().out().println(Words.printable(purged.isEmpty() ? "no policies" : names));
        return DONE;
    }
}
