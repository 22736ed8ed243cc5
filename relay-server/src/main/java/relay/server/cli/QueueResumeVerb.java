package relay.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

@Command(
        name = "resume",
        description =
                "End the suspension of queues and give held messages back to delivery; of messages"
                        + " named by their ids, those alone.")
final class QueueResumeVerb extends QueueVerb {
    @Option(
            names = "--poison",
            description =
                    "messages over which the relay itself failed, too; without it only those named by"
                            + " their ids")
    private boolean poison;

    QueueResumeVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    @Override
    Unnamed unnamed() {
        return Unnamed.IS_WRONG;
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.post("/api/v1/queues/resume", body().put("poison", poison));
    }

    @Override
    void print(JsonNode body) {
        String messages = counted(body.path("messages").asLong(), "message");
        String queues = counted(body.path("queues").size(), "queue");
        long released = body.path("released").asLong();
        terminal()
                .out()
                .println(messages + " in " + queues + " resumed; " + released + " had been held");
        long poisoned = body.path("poison").asLong();
        if (poisoned > 0) {
            terminal()
                    .err()
                    .println(
                            counted(poisoned, "message")
                                    + " left held: the relay itself failed there (relay queue messages"
                                    + " --status held); name them by their ids, or --poison");
        }
        long leftAlone = body.path("leftAlone").asLong();
        if (leftAlone > 0) {
            terminal()
                    .err()
                    .println(
                            counted(leftAlone, "message")
                                    + " left alone: they have recipients of other domains too; name"
                                    + " them by their ids");
        }
    }
}
