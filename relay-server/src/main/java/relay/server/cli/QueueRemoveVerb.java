package relay.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "remove",
        description = "End messages without delivery. Their senders are told, unless --no-notice.")
final class QueueRemoveVerb extends QueueOrderVerb {
    @Option(names = "--no-notice", description = "do not tell the senders")
    private boolean noNotice;

    QueueRemoveVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.post("/api/v1/messages/remove", body().put("notice", !noNotice));
    }

    @Override
    String done() {
        return "removed";
    }

    @Override
    String whyLeftAlone() {
        return "they have recipients of other domains too; name them by their ids";
    }
}
