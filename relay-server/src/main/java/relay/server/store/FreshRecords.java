package relay.server.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import relay.core.queue.Envelope;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.DelayNotice;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;

/// What a block of the [FreshLog] says: messages that came, with their contents, and entries that
/// ended. Values are as in the queue's file ([EntryRows]).
final class FreshRecords {
    private static final int MESSAGE = 1;
    private static final int END = 2;

    private final Buffer bytes = new Buffer();
    private final DataOutputStream out = new DataOutputStream(bytes);

    /// Gives the array without a copy.
    private static final class Buffer extends ByteArrayOutputStream {
        Buffer() {
            super(64 << 10);
        }

        byte[] array() {
            return buf;
        }
    }

    /// Who hears what was read.
    interface Listener {
        void message(QueuedMessage message, byte[] content);

        void end(EntryId entry);
    }

    /// Begins a new block.
    FreshRecords begin() {
        bytes.reset();
        return this;
    }

    int length() {
        return bytes.size();
    }

    /// Its first [#length] bytes are the block; valid until the next change.
    byte[] array() {
        return bytes.array();
    }

    void message(QueuedMessage message, byte[] content) throws IOException {
        Envelope envelope = message.envelope();
        out.writeByte(MESSAGE);
        out.writeLong(message.id().value());
        text(RecipientText.of(envelope.sender()));
        out.writeInt(EntryRows.needs(envelope));
        out.writeLong(envelope.sizeBytes());
        out.writeLong(EntryRows.millis(envelope.acceptedAt()));
        text(envelope.receiveConnector());
        byte[] client = envelope.client().getAddress();
        out.writeByte(client.length);
        out.write(client);
        text(NoticeRequestJson.of(envelope.noticeRequest()));
        out.writeInt(message.entries().size());
        for (QueueEntry entry : message.entries()) entry(entry);
        out.writeInt(content.length);
        out.write(content);
    }

    void end(EntryId entry) throws IOException {
        out.writeByte(END);
        out.writeLong(entry.message().value());
        out.writeInt(entry.index());
    }

    private void entry(QueueEntry entry) throws IOException {
        out.writeInt(entry.id().index());
        text(entry.lane().connector());
        text(entry.lane().nextHop());
        text(entry.lane().floor());
        out.writeByte(EntryRows.of(entry.lane().messageTls()));
        text(RecipientText.of(entry.recipients()));
        out.writeByte(EntryRows.of(entry.status()));
        out.writeInt(entry.attempts());
        out.writeLong(EntryRows.millis(entry.nextAttempt()));
        text(DiagnosticJson.of(entry.lastTrouble()));
        out.writeBoolean(entry.delayNotice() == DelayNotice.SENT);
    }

    private void text(@Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(octets.length);
        out.write(octets);
    }

    /// Throws [IllegalArgumentException] or [IOException] where the block was not written here.
    static void read(ByteBuffer block, Listener listener) throws IOException {
        byte[] octets = new byte[block.remaining()];
        block.duplicate().get(octets);
        try (var in = new DataInputStream(new ByteArrayInputStream(octets))) {
            while (in.available() > 0) {
                switch (in.readByte()) {
                    case MESSAGE -> {
                        QueuedMessage message = message(in);
                        listener.message(message, bytes(in, in.readInt()));
                    }
                    case END -> listener.end(new EntryId(new QueueId(in.readLong()), in.readInt()));
                    default -> throw new IOException("an unknown record");
                }
            }
        }
    }

    private static QueuedMessage message(DataInputStream in) throws IOException {
        var id = new QueueId(in.readLong());
        String sender = text(in);
        int needs = in.readInt();
        var envelope =
                new Envelope(
                        id,
                        RecipientText.parsePath(sender),
                        EntryRows.needs(needs),
                        in.readLong(),
                        EntryRows.instant(in.readLong()),
                        text(in),
                        InetAddress.getByAddress(bytes(in, in.readByte())),
                        NoticeRequestJson.parse(nullable(in)),
                        EntryRows.messageTlsOf(needs));
        int count = in.readInt();
        List<QueueEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) entries.add(entry(in, envelope));
        return new QueuedMessage(envelope, entries);
    }

    private static QueueEntry entry(DataInputStream in, Envelope envelope) throws IOException {
        return new QueueEntry(
                new EntryId(envelope.id(), in.readInt()),
                envelope,
                Lane.of(text(in), text(in), text(in), EntryRows.messageTls(in.readByte())),
                RecipientText.parse(text(in)),
                in.readByte() == EntryRows.QUEUED ? EntryStatus.QUEUED : EntryStatus.HELD,
                in.readInt(),
                EntryRows.instant(in.readLong()),
                DiagnosticJson.parse(nullable(in)),
                in.readBoolean() ? DelayNotice.SENT : DelayNotice.NOT_SENT);
    }

    private static String text(DataInputStream in) throws IOException {
        String text = nullable(in);
        if (text == null) throw new IOException("a text is missing");
        return text;
    }

    private static @Nullable String nullable(DataInputStream in) throws IOException {
        int length = in.readInt();
        return length < 0 ? null : new String(bytes(in, length), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(DataInputStream in, int length) throws IOException {
        if (length < 0 || length > in.available()) throw new IOException("a wrong length");
        return in.readNBytes(length);
    }
}
