package relay.core.intake;

import java.time.Duration;
import java.util.function.Supplier;
import relay.core.event.RelayEvent;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.sasl.SaslServer.Verdict;
import relay.core.smtp.Reply;
import relay.core.smtp.XClient;

/// The connection to one client, and the store behind it, as [IntakeStream] sees them. Called on
/// the stream's thread; may call the stream back at once.
public interface IntakeWire {

    void say(Reply reply);

    /// Whether another reply may be asked for. While it is false [IntakeStream#receive] consumes
    /// nothing, and is to be called again when it is true.
    default boolean takesReplies() {
        return true;
    }

    /// Sends what was said, then does the server's part of a handshake. Ends in
    /// [IntakeInput.TlsEstablished], or the end of the connection.
    void startTls();

    void beginContent(QueueId id);

    /// Takes the next octets of the content; the array is the wire's from then on. False: they are
    /// taken, but the store has enough until [IntakeStream#storeIsWritable].
    boolean content(byte[] octets);

    /// Forgets the content, where there is any.
    void discardContent();

    /// Stores message and content. Ends in [IntakeInput.CommitEnded].
    void commit(QueuedMessage message);

    /// Asks the question elsewhere. Ends in [IntakeInput.Judged], see [IntakeOutput.Judge].
    void judge(Supplier<Verdict> question, Duration ifRefusedAfter);

    /// Calls [IntakeStream#resume] after `length`.
    void pause(Duration length);

    /// Lets the client in that the host at the other end names, or not.
    Reception handOn(XClient client);

    /// What becomes of a client that is named by XCLIENT.
    sealed interface Reception {
        /// It counts as the connection's client from now on.
        record Welcome(IntakeSession session) implements Reception {}

        /// Nothing has changed.
        record TurnedAway(Reply reply) implements Reception {}
    }

    /// The client calls itself `name`, in EHLO or HELO.
    void greeted(String name);

    void announce(RelayEvent event);

    /// Ends the connection once everything said has left.
    void close();
}
