package relay.server.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/// A file of fixed size, written in place from its beginning again and again: what has happened
/// since the last transaction of the queue's file, a synced block for each group.
///
/// Each round of writing has a number of its own, the epoch, which stands in the queue's file and in
/// every block. A transaction that takes over what is here puts the next epoch there, and with that
/// everything here is of the past; nothing has to be deleted. Epochs are random, so that a queue
/// restored from a backup never meets blocks of another life.
///
/// Made by the thread that opens the store, confined to the writer's from then on.
final class FreshLog implements AutoCloseable {
    static final String FILE = "fresh.log";

    /// How large the file is: some thousand messages of 2 KiB.
    static final int BYTES = 16 << 20;

    /// Blocks begin at multiples of this.
    static final int ALIGNMENT = 512;

    private static final long MAGIC = 0x52454c41594c4f47L; // RELAYLOG
    private static final int HEADER_BYTES = 32;
    private static final int SUM_AT = 28;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final FileChannel channel;
    private ByteBuffer block = ByteBuffer.allocateDirect(256 << 10);
    private long epoch;
    private int number;
    private int end;
    private Condition condition = Condition.CLOSED;

    private enum Condition {
        /// No epoch has begun, or a block could not be written.
        CLOSED,
        OPEN
    }

    private FreshLog(FileChannel channel) {
        this.channel = channel;
    }

    /// Opens the file of `folder` for writing; makes it, or what it lacks of its size, of zeros.
    static FreshLog open(Path folder) throws IOException {
        var options =
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        FileChannel channel = FileChannel.open(folder.resolve(FILE), options, OWNER_ONLY);
        long before = channel.size();
        try {
            if (before < BYTES) allocate(channel);
            return new FreshLog(channel);
        } catch (IOException e) {
            // What little room the disk has is for the queue.
            channel.truncate(before);
            channel.close();
            throw e;
        }
    }

    // Written once, so that later writes change no metadata and one flush of the data is all.
    private static void allocate(FileChannel channel) throws IOException {
        var zeros = ByteBuffer.allocate(1 << 20);
        for (long at = channel.size(); at < BYTES; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), BYTES - at));
            at += channel.write(zeros, at);
        }
        channel.force(true);
    }

    /// Writes from the beginning again. `epoch` stands in the queue's file by now.
    void begin(long epoch) {
        this.epoch = epoch;
        number = 0;
        end = 0;
        condition = Condition.OPEN;
    }

    /// Whether the epoch has begun and has no block yet.
    boolean isUntouched() {
        return condition == Condition.OPEN && number == 0;
    }

    /// Whether a block of so many bytes can be written.
    boolean hasRoomFor(int bytes) {
        return condition == Condition.OPEN && bytes <= BYTES - HEADER_BYTES - end;
    }

    /// Writes a block and returns when it is synced. After an [IOException] nothing can be written
    /// before [#begin]. Throws [IllegalArgumentException] where there is no room for it.
    void append(byte[] payload, int length) throws IOException {
        if (!hasRoomFor(length)) throw new IllegalArgumentException("no room for " + length);
        int size = aligned(HEADER_BYTES + length);
        if (block.capacity() < size) block = ByteBuffer.allocateDirect(size);
        block.clear();
        block.putLong(MAGIC).putLong(epoch).putLong(number).putInt(length).putInt(0);
        block.put(payload, 0, length);
        block.putInt(SUM_AT, sum(block, length));
        block.position(0).limit(Math.min(size, BYTES - end));
        condition = Condition.CLOSED;
        for (long at = end; block.hasRemaining(); ) at += channel.write(block, at);
        channel.force(false);
        condition = Condition.OPEN;
        end += size;
        number++;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /// What `folder` has of the blocks of `epoch`, in their order. The first that is not whole is
    /// the one that a crash has cut off. Throws [StoreException] where another comes after it: the
    /// disk has lost something that was synced.
    static List<ByteBuffer> read(Path folder, long epoch) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) return List.of();
        Found found = find(file, epoch);
        ByteBuffer all = found.all();
        for (int later = found.end(); later < all.limit(); later += ALIGNMENT) {
            if (!isBlock(all, later, epoch)) continue;
            if (number(all, later) < found.blocks().size()) continue;
            throw new StoreException(
                    file
                            + " is damaged at octet "
                            + found.end()
                            + ", and what comes after it was acknowledged. See docs/queue.md, \"When"
                            + " the file is damaged\".");
        }
        return found.blocks();
    }

    /// What may have been acknowledged and is not among the blocks of [#read], in a sentence for the
    /// operator; empty where there is no sign of it. A last block that is not whole is mostly a
    /// write that a crash cut off, which nobody was told of.
    static String givenUp(Path folder, long epoch) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return file
                    + " is gone: mail that was in it alone is given up. None was, if the relay"
                    + " stopped in good order.";
        }
        Found found = find(file, epoch);
        if (found.all().limit() < BYTES) {
            return "%s has %d octets of %d: what was behind them is given up."
                    .formatted(file, found.all().limit(), BYTES);
        }
        if (!resembles(found.all(), found.end(), epoch, found.blocks().size())) return "";
        return "the last block of "
                + file
                + " is not whole, and is given up: a crash of the machine cut it off before it was"
                + " acknowledged, or the disk has damaged it. See docs/queue.md, \"When the file is"
                + " damaged\".";
    }

    /// The whole blocks, and where they end.
    private record Found(ByteBuffer all, List<ByteBuffer> blocks, int end) {}

    private static Found find(Path file, long epoch) throws IOException {
        var all = ByteBuffer.wrap(Files.readAllBytes(file));
        var blocks = new ArrayList<ByteBuffer>();
        int at = 0;
        while (isBlock(all, at, epoch) && number(all, at) == blocks.size()) {
            int length = length(all, at);
            blocks.add(all.slice(at + HEADER_BYTES, length));
            at += aligned(HEADER_BYTES + length);
        }
        return new Found(all, blocks, at);
    }

    /// Whether the header there is that of this block, but for an octet at the most. Epochs are
    /// random, so those of other lives are far from it.
    private static boolean resembles(ByteBuffer all, int at, long epoch, int number) {
        if (at + HEADER_BYTES > all.limit()) return false;
        int wrongBits =
                Long.bitCount(all.getLong(at) ^ MAGIC)
                        + Long.bitCount(all.getLong(at + 8) ^ epoch)
                        + Long.bitCount(number(all, at) ^ number);
        return wrongBits <= Byte.SIZE;
    }

    private static boolean isBlock(ByteBuffer all, int at, long epoch) {
        if (at + HEADER_BYTES > all.limit()) return false;
        if (all.getLong(at) != MAGIC || all.getLong(at + 8) != epoch) return false;
        int length = length(all, at);
        if (length < 0 || length > all.limit() - at - HEADER_BYTES) return false;
        var whole = all.slice(at, HEADER_BYTES + length);
        return whole.getInt(SUM_AT) == sum(whole, length);
    }

    private static long number(ByteBuffer all, int at) {
        return all.getLong(at + 16);
    }

    private static int length(ByteBuffer all, int at) {
        return all.getInt(at + 24);
    }

    // Of everything but the place where the sum itself stands.
    private static int sum(ByteBuffer block, int length) {
        var sum = new CRC32C();
        sum.update(block.slice(0, SUM_AT));
        sum.update(block.slice(HEADER_BYTES, length));
        return (int) sum.getValue();
    }

    private static int aligned(int bytes) {
        return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    }
}
