package relay.core.intake;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import relay.core.queue.QueueId;
import relay.core.smtp.Command.Bdat.Last;
import relay.core.smtp.CommandFramer;
import relay.core.smtp.CommandFramer.Frame;
import relay.core.smtp.CommandParser;
import relay.core.smtp.ContentFacts;
import relay.core.smtp.DataDecoder;
import relay.core.smtp.DataDecoder.Framing;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;

/// Drives an [IntakeSession] with what a client sends: cuts commands and content apart, obeys the
/// session, and stops reading while the store or a handshake has its turn.
///
/// Keeps one incomplete command line at the most, and no content. Confined to one thread.
public final class IntakeStream {
    private static final ContentFacts NOTHING = new DataDecoder().facts();

    private enum Mode {
        COMMANDS,
        /// The next line is a response within AUTH.
        RESPONSE,
        /// A login is being checked.
        JUDGING,
        CONTENT,
        /// Content that comes in chunks: so many octets, then commands again.
        CHUNK,
        SKIPPED_CHUNK,
        /// Content, when the store has enough for now.
        STORE_FULL,
        COMMITTING,
        /// The client has to wait.
        PAUSED,
        SECURING,
        CLOSED
    }

    private IntakeSession session;
    private final IntakeWire wire;
    private final CommandFramer framer = new CommandFramer();
    private Mode mode = Mode.COMMANDS;
    private @Nullable ContentReader content;
    private long chunkOctets;
    private boolean lastChunk;
    private Mode afterFullStore = Mode.CONTENT;

    public IntakeStream(IntakeSession session, IntakeWire wire) {
        this.session = session;
        this.wire = wire;
    }

    /// Reads `bytes[from, to)`, which it may overwrite, and returns the index after what it has
    /// consumed; the rest is to be offered again when the stream no longer [#isPaused] and the wire
    /// [IntakeWire#takesReplies].
    public int receive(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && wire.takesReplies()) {
            switch (mode) {
                case COMMANDS, RESPONSE -> at = readCommand(bytes, at, to);
                case CONTENT -> at = readContent(bytes, at, to);
                case CHUNK -> at = readChunk(bytes, at, to);
                case SKIPPED_CHUNK -> at = skipChunk(at, to);
                case STORE_FULL, COMMITTING, JUDGING, PAUSED -> {
                    return at;
                }
                case SECURING, CLOSED -> {
                    return to;
                }
            }
        }
        return at;
    }

    /// Passes on what did not come from the client's octets.
    public void tell(IntakeInput input) {
        switch (input) {
            case IntakeInput.TlsEstablished _, IntakeInput.CommitEnded _, IntakeInput.Judged _ ->
                    resumeCommands();
            case IntakeInput.Connected _,
                    IntakeInput.Spoken _,
                    IntakeInput.Responded _,
                    IntakeInput.Garbled _,
                    IntakeInput.HandOnRefused _,
                    IntakeInput.EndOfData _,
                    IntakeInput.ChunkEnded _,
                    IntakeInput.TimedOut _,
                    IntakeInput.TimeUp _,
                    IntakeInput.ShuttingDown _,
                    IntakeInput.Disconnected _ -> {}
        }
        session.on(input).forEach(this::obey);
    }

    /// The store can take more of this content after [IntakeWire#content] said no.
    public void storeIsWritable() {
        if (mode == Mode.STORE_FULL) resumeContent();
    }

    /// A pause that the session wanted is over.
    public void resume() {
        if (mode == Mode.PAUSED) mode = Mode.COMMANDS;
    }

    /// Whether nothing must be read from the client now: it is the store's turn, or ours, or the
    /// client has to wait.
    public boolean isPaused() {
        return switch (mode) {
            case STORE_FULL, COMMITTING, JUDGING, PAUSED -> true;
            case COMMANDS, RESPONSE, CONTENT, CHUNK, SKIPPED_CHUNK, SECURING, CLOSED -> false;
        };
    }

    /// Whether the client is expected to send something.
    public boolean isClientsTurn() {
        return switch (mode) {
            case COMMANDS, RESPONSE, CONTENT, CHUNK, SKIPPED_CHUNK -> true;
            case STORE_FULL, COMMITTING, JUDGING, PAUSED, SECURING, CLOSED -> false;
        };
    }

    private void resumeCommands() {
        if (mode == Mode.CLOSED) return;
        framer.reset();
        mode = Mode.COMMANDS;
    }

    private int readCommand(byte[] bytes, int from, int to) {
        return switch (framer.read(bytes, from, to)) {
            case Frame.Incomplete(int next) -> next;
            case Frame.Line(var text, int next) -> {
                tell(said(text));
                yield next;
            }
            case Frame.Broken(var fault, int next) -> {
                mode = Mode.COMMANDS;
                tell(new IntakeInput.Garbled(fault));
                yield next;
            }
        };
    }

    private IntakeInput said(String line) {
        if (mode == Mode.COMMANDS) return new IntakeInput.Spoken(CommandParser.parse(line));
        mode = Mode.COMMANDS;
        return new IntakeInput.Responded(line);
    }

    private int readContent(byte[] bytes, int from, int to) {
        ContentReader reader = Objects.requireNonNull(content);
        int next = reader.read(bytes, from, to, wire);
        if (reader.hasEnded()) {
            content = null;
            mode = Mode.COMMANDS;
            tell(new IntakeInput.EndOfData(reader.facts()));
        } else if (reader.storeIsFull()) {
            afterFullStore = Mode.CONTENT;
            mode = Mode.STORE_FULL;
        }
        return next;
    }

    private int readChunk(byte[] bytes, int from, int to) {
        int end = (int) Math.min(to, from + chunkOctets);
        ContentReader reader = Objects.requireNonNull(content);
        reader.read(bytes, from, end, wire);
        chunkOctets -= end - from;
        if (reader.storeIsFull()) {
            afterFullStore = Mode.CHUNK;
            mode = Mode.STORE_FULL;
        } else if (chunkOctets == 0) {
            endChunk();
        }
        return end;
    }

    private int skipChunk(int from, int to) {
        int end = (int) Math.min(to, from + chunkOctets);
        chunkOctets -= end - from;
        if (chunkOctets == 0) endChunk();
        return end;
    }

    private void resumeContent() {
        mode = afterFullStore;
        if (mode == Mode.CHUNK && chunkOctets == 0) endChunk();
    }

    /// All octets of a chunk have come; of an empty one that is true at once.
    private void endChunk() {
        boolean skipped = mode == Mode.SKIPPED_CHUNK;
        mode = Mode.COMMANDS;
        if (!skipped && lastChunk) Objects.requireNonNull(content).end(wire);
        ContentFacts facts = skipped ? NOTHING : Objects.requireNonNull(content).facts();
        tell(new IntakeInput.ChunkEnded(facts));
    }

    private void obey(IntakeOutput output) {
        switch (output) {
            case IntakeOutput.Say(var reply) -> wire.say(reply);
            case IntakeOutput.Challenge(var base64) -> {
                mode = Mode.RESPONSE;
                wire.say(Reply.plain(334, base64));
            }
            case IntakeOutput.Judge(var question, var ifRefusedAfter) -> {
                mode = Mode.JUDGING;
                wire.judge(question, ifRefusedAfter);
            }
            case IntakeOutput.HandOn(var client, var tls) -> handOn(wire.handOn(client), tls);
            case IntakeOutput.Greeted(var name) -> wire.greeted(name);
            case IntakeOutput.Announce(var event) -> wire.announce(event);
            case IntakeOutput.Pause(var length) -> {
                mode = Mode.PAUSED;
                wire.pause(length);
            }
            case IntakeOutput.DiscardContent _ -> wire.discardContent();
            case IntakeOutput.ReceiveContent(var id, var field, var maxSizeBytes) -> {
                beginContent(Framing.DOT, id, field, maxSizeBytes);
                mode = Mode.CONTENT;
            }
            case IntakeOutput.BeginChunks(var id, var field, var maxSizeBytes) ->
                    beginContent(Framing.CHUNKS, id, field, maxSizeBytes);
            case IntakeOutput.ReceiveChunk(var octets, var last) -> {
                lastChunk = last == Last.YES;
                beginChunk(Mode.CHUNK, octets);
            }
            case IntakeOutput.SkipChunk(var octets) -> beginChunk(Mode.SKIPPED_CHUNK, octets);
            case IntakeOutput.StartTls _ -> {
                mode = Mode.SECURING;
                wire.startTls();
            }
            case IntakeOutput.Commit(var message) -> {
                mode = Mode.COMMITTING;
                wire.commit(message);
            }
            case IntakeOutput.Close _ -> {
                mode = Mode.CLOSED;
                wire.close();
            }
        }
    }

    private void handOn(IntakeWire.Reception reception, Evidence tls) {
        switch (reception) {
            case IntakeWire.Reception.Welcome(var named) -> {
                session = named;
                tell(new IntakeInput.Connected(tls));
            }
            case IntakeWire.Reception.TurnedAway(var reply) ->
                    tell(new IntakeInput.HandOnRefused(reply));
        }
    }

    private void beginContent(Framing framing, QueueId id, String field, long maxSizeBytes) {
        byte[] octets = field.getBytes(StandardCharsets.UTF_8);
        content = new ContentReader(framing, octets, maxSizeBytes, session.bareLineFeed());
        wire.beginContent(id);
    }

    private void beginChunk(Mode kind, long octets) {
        mode = kind;
        chunkOctets = octets;
        if (octets == 0) endChunk();
    }
}
