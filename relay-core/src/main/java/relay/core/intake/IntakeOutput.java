package relay.core.intake;

import java.time.Duration;
import java.util.function.Supplier;
import relay.core.event.RelayEvent;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.sasl.SaslServer.Verdict;
import relay.core.smtp.Command.Bdat.Last;
import relay.core.smtp.Reply;
import relay.core.smtp.XClient;
import relay.core.tls.Evidence;

/// What an inbound session wants done, in this order.
public sealed interface IntakeOutput {

    record Say(Reply reply) implements IntakeOutput {}

    /// Ask for the next response of AUTH: the client's next line is one, and no command.
    record Challenge(String base64) implements IntakeOutput {}

    /// Ask the question, away from the event loop, and answer with [IntakeInput.Judged]; where the
    /// verdict is a refusal, not before `ifRefusedAfter`. Nothing is read from the client meanwhile.
    record Judge(Supplier<Verdict> question, Duration ifRefusedAfter) implements IntakeOutput {}

    /// Begin a handshake once everything said has left in clear. What the client has sent and
    /// nobody has read yet is thrown away (RFC 3207 §4.2, CVE-2011-0411).
    record StartTls() implements IntakeOutput {}

    /// What the client sends next is content of the message `id`, stored behind `receivedField`
    /// (whole lines). Beyond `maxSizeBytes` of the client's own it is read but no longer kept.
    record ReceiveContent(QueueId id, String receivedField, long maxSizeBytes)
            implements IntakeOutput {}

    /// As [ReceiveContent], where the content comes in chunks, each announced by a [ReceiveChunk].
    record BeginChunks(QueueId id, String receivedField, long maxSizeBytes)
            implements IntakeOutput {}

    /// The next octets are content, all that come up to `sizeOctets`; then
    /// [IntakeInput.ChunkEnded].
    record ReceiveChunk(long sizeOctets, Last last) implements IntakeOutput {}

    /// The next octets are content that nobody wants: read them, keep none; then
    /// [IntakeInput.ChunkEnded].
    record SkipChunk(long sizeOctets) implements IntakeOutput {}

    /// Forget the content received.
    record DiscardContent() implements IntakeOutput {}

    /// Make the message ours, with the content received. Nothing more is read from the client
    /// before [IntakeInput.CommitEnded].
    record Commit(QueuedMessage message) implements IntakeOutput {}

    /// Read nothing from the client for so long.
    record Pause(Duration length) implements IntakeOutput {}

    /// The session is over, and one with the client named begins on the same connection, from the
    /// greeting on, with what `tls` shows; where that client is not let in, this session goes on with
    /// [IntakeInput.HandOnRefused].
    record HandOn(XClient client, Evidence tls) implements IntakeOutput {}

    /// The client has said who it is.
    record Greeted(String name) implements IntakeOutput {}

    record Announce(RelayEvent event) implements IntakeOutput {}

    /// End the connection once everything said has left.
    record Close() implements IntakeOutput {}
}
