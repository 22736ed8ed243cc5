package relay.server.cli;

import picocli.CommandLine.Command;

@Command(
        name = "hold",
        description =
                "Keep messages from being attempted and from expiring until they are resumed.")
final class QueueHoldVerb extends QueueOrderVerb {
    QueueHoldVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.post("/api/v1/messages/hold", body());
    }

    @Override
    String done() {
        return "held";
    }

    @Override
    String whyLeftAlone() {
        return "they have recipients of other domains too; name them by their ids";
    }
}
