package relay.server.cli;

import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "retry",
        description =
                "Attempt messages now. A message's id stands for the queue it is in; nothing named"
                        + " means all.")
final class QueueRetryVerb extends QueueVerb {
    QueueRetryVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.post("/api/v1/queues/retry", body());
    }

    @Override
    void print(JsonNode body) {
        String messages = counted(body.path("messages").asLong(), "message");
        String queues = counted(body.path("queues").size(), "queue");
        terminal().out().println(messages + " in " + queues + " made due");
    }
}
