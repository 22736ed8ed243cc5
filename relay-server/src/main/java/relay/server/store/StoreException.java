package relay.server.store;

/// The queue cannot be opened or read. The message is for the operator: it names the folder or file
/// and says what to do.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
