package relay.server.cli;

import static relay.server.cli.Table.Align.LEFT;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "list",
        description = "List the policies that hold: mode, MX hosts, and until when.")
final class StsListVerb extends StsVerb {
    private final InstantSource clock;

    StsListVerb(
            RelayCommand root,
            Actions.LocateAdmin locateAdmin,
            Terminal terminal,
            InstantSource clock) {
        super(root, locateAdmin, terminal);
        this.clock = clock;
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        String query =
                domains().stream().map(StsListVerb::parameter).collect(Collectors.joining("&"));
        return relay.get("/api/v1/sts" + (query.isEmpty() ? "" : "?" + query));
    }

    private static String parameter(String domain) {
        return "domain=" + QueueVerb.encoded(domain);
    }

    @Override
    int print(JsonNode body) {
        JsonNode policies = body.path("policies");
        if (policies.isEmpty()) {
            terminal().err().println("no MTA-STS policies");
            return DONE;
        }
        var table =
                new Table(
                        List.of(LEFT, LEFT, LEFT, LEFT, LEFT),
                        "DOMAIN",
                        "MODE",
                        "EXPIRES",
                        "ID",
                        "MX HOSTS");
        for (JsonNode policy : policies.values()) {
            table.row(
                    policy.path("domain").asString(),
                    policy.path("mode").asString(),
                    QueueListVerb.until(
                            Instant.parse(policy.path("expires").asString()), clock.instant()),
                    policy.path("id").asString(),
                    policy.path("mx").values().stream()
                            .map(JsonNode::asString)
                            .collect(Collectors.joining(" ")));
        }
        table.print(terminal());
        return DONE;
    }
}
