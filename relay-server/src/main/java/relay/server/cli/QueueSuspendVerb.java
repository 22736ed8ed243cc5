package relay.server.cli;

import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "suspend",
        description =
                "Attempt nothing of these queues until they are resumed, also after a restart. A"
                        + " message's id stands for the queue it is in.")
final class QueueSuspendVerb extends QueueVerb {
    QueueSuspendVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    @Override
    Unnamed unnamed() {
        return Unnamed.IS_WRONG;
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.post("/api/v1/queues/suspend", body());
    }

    @Override
    void print(JsonNode body) {
        String queues = counted(body.path("queues").size(), "queue");
        String messages = counted(body.path("messages").asLong(), "message");
        terminal().out().println(queues + " with " + messages + " suspended");
    }
}
