package relay.server.cli;

import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "refresh",
        description =
                "Fetch policies now; nothing named means all that are kept. What is kept is replaced"
                        + " only by what was fetched. Exit status 1 where one was not fetched.")
final class StsRefreshVerb extends StsVerb {
    StsRefreshVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.post("/api/v1/sts/refresh", body());
    }

    @Override
    int print(JsonNode body) {
        int status = DONE;
        for (JsonNode fetch : body.path("fetches").values()) {
            String result = fetch.path("result").asString();
            if (!result.equals("fetched")) status = FAILED;
            String line =
                    fetch.path("domain").asString()
                            + ": "
                            + result
                            + " ("
                            + fetch.path("detail").asString()
                            + ")";
            terminal().out().println(Words.printable(line));
        }
        return status;
    }
}
