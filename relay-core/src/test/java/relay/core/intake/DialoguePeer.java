package relay.core.intake;

import java.util.List;

/// The server of a [Dialogue], however it is reached.
public interface DialoguePeer {
    /// What [#readLine] says when the server has ended the connection.
    String CLOSED = "(closed)";

    void send(byte[] octets);

    /// The server's next line, without its end. Fails where none comes.
    String readLine();

    /// Does the client's part of a handshake.
    void secure();

    /// Lets `inactivityTimeout` pass.
    void timeOut();

    void shutDown();

    /// Lets the time pass that a shutdown grants.
    void endPatience();

    void failStore();

    List<MemoryStore.Stored> stored();
}
