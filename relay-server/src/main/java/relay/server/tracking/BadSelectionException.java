package relay.server.tracking;

/// A selection that means nothing. The message is for whoever asked.
public final class BadSelectionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadSelectionException(String why) {
        super(why);
    }
}
