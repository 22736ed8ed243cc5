package relay.core.intake;

import java.time.Duration;
import java.util.function.Supplier;
import relay.core.event.RelayEvent;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.sasl.SaslServer.Verdict;
import relay.core.smtp.Reply;

/// The connection to one client, and the store behind it, as [IntakeStream] sees them. Called on
/// the stream's thread; may call the stream back at once.
public interface IntakeWire {

    void say(Reply reply);

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

    void announce(RelayEvent event);

    /// Ends the connection once everything said has left.
    void close();
}
