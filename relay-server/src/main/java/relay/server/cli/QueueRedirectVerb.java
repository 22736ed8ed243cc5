package relay.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "redirect",
        description =
                "Send messages by another connector. The TLS floor of their domains holds, and no"
                        + " message goes to a connector that demands less TLS than its own.")
final class QueueRedirectVerb extends QueueOrderVerb {
    @Option(
            names = "--to",
            paramLabel = "NAME",
            required = true,
            description = "the send connector")
    private String to = "";

    QueueRedirectVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    @Override
    AdminClient.Reply ask(AdminClient relay) {
        return relay.post("/api/v1/messages/redirect", body().put("to", to));
    }

    @Override
    String done() {
        return "redirected to " + to;
    }

    @Override
    String whyLeftAlone() {
        return "their own connector demands more TLS than "
                + to
                + ", or they have recipients of"
                + " other domains too";
    }
}
