package relay.server.cli;

import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

@Command(
        name = "resume",
        description =
                "End the suspension of queues and give held messages back to delivery; of messages"
                        + " named by their ids, those alone. Nothing named means all.")
final class QueueResumeVerb extends QueueVerb {
    QueueResumeVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.post("/api/v1/queues/resume", body());
    }

    @Override
    void print(JsonNode body) {
        String messages = counted(body.path("messages").asLong(), "message");
        String queues = counted(body.path("queues").size(), "queue");
        terminal().out().println(messages + " in " + queues + " resumed");
    }
}
