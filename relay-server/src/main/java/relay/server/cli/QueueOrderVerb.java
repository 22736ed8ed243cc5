package relay.server.cli;

import tools.jackson.databind.JsonNode;

/// A verb that does something to messages, which must be named.
abstract class QueueOrderVerb extends QueueVerb {
    QueueOrderVerb(RelayCommand root, Actions.LocateAdmin locateAdmin, Terminal terminal) {
        super(root, locateAdmin, terminal);
    }

    /// What has been done to them: `held`.
    abstract String done();

    /// Why some may have been left as they are.
    abstract String whyLeftAlone();

    @Override
    final Unnamed unnamed() {
        return Unnamed.IS_WRONG;
    }

    @Override
    final void print(JsonNode body) {
        terminal().out().println(counted(body.path("messages").asLong(), "message") + " " + done());
        long underWay = body.path("underWay").asLong();
        if (underWay > 0) {
            terminal()
                    .out()
                    .println(
                            counted(underWay, "message")
                                    + " being attempted: "
                                    + done()
                                    + " when the attempt has ended, if anything is left");
        }
        long leftAlone = body.path("leftAlone").asLong();
        if (leftAlone > 0) {
            terminal()
                    .err()
                    .println(counted(leftAlone, "message") + " left alone: " + whyLeftAlone());
        }
    }
}
