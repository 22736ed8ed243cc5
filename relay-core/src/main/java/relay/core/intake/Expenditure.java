package relay.core.intake;

import relay.core.routing.ReceiveConnector.Conduct;
import relay.core.smtp.Reply;

/// What a client has used up of its connector's patience. Confined to its session's thread.
final class Expenditure {
    /// So many errors in a row cost nothing yet: people at a terminal make some.
    private static final int FREE_ERRORS = 4;

    private final Conduct conduct;
    private int errorsInARow;
    private int commands;
    private int messages;

    /// How to go on after a reply.
    enum Manner {
        AT_ONCE,
        SLOWLY,
        NO_MORE
    }

    Expenditure(Conduct conduct) {
        this.conduct = conduct;
    }

    /// Counts one command, and tells whether it is one too many.
    boolean isCommandTooMany() {
        commands++;
        return commands > conduct.maxCommands();
    }

    boolean isMessageTooMany() {
        return messages >= conduct.maxMessages();
    }

    void messageBegins() {
        messages++;
    }

    void forgiveErrors() {
        errorsInARow = 0;
    }

    Manner after(Reply reply) {
        errorsInARow = isProtocolError(reply) ? errorsInARow + 1 : 0;
        if (errorsInARow >= conduct.maxProtocolErrors()) return Manner.NO_MORE;
        return errorsInARow <= FREE_ERRORS ? Manner.AT_ONCE : Manner.SLOWLY;
    }

    // A long list of recipients that are all refused for good reasons is no error of the client.
    private static boolean isProtocolError(Reply reply) {
        return (reply.code() >= 500 && reply.code() <= 504)
                || reply.code() == 530
                || reply.code() == 555;
    }
}
