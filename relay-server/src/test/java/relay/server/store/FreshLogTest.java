package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreshLogTest {
    private static final long EPOCH = 7;

    @TempDir Path folder;

    @Test
    void whatWasWrittenIsReadInItsOrderAndNoOtherEpoch() throws Exception {
        // Given an epoch of three blocks, one of them larger than any buffer.
        String large = "x".repeat(1_000_000);
        write(EPOCH, "one", large, "three");

        // When it is read; then all are there, and of another epoch nothing.
        assertThat(read(EPOCH)).containsExactly("one", large, "three");
        assertThat(read(EPOCH + 1)).isEmpty();
    }

    @Test
    void aNewEpochBeginsAtTheBeginningAndWhatIsLeftOfTheOldIsNotItsOwn() throws Exception {
        // Given four blocks, over the first of which the next epoch was written.
        write(EPOCH, "one", "two", "three", "four");
        write(EPOCH + 1, "uno");

        // When it is read; then it has one block, and the old one has ended.
        assertThat(read(EPOCH + 1)).containsExactly("uno");
        assertThatThrownBy(() -> read(EPOCH)).isInstanceOf(StoreException.class);
    }

    @Test
    void aBlockThatACrashHasCutOffIsNotThereAndThoseBeforeItAre() throws Exception {
        write(EPOCH, "one", "two", "three");

        // When the last block is incomplete, from any of its octets on.
        for (int at = 2 * FreshLog.ALIGNMENT; at < 2 * FreshLog.ALIGNMENT + 32 + 5; at++) {
            byte kept = octet(at);
            put(at, (byte) ~kept);
            // Then it is as if it had not been written.
            assertThat(read(EPOCH)).as("octet %d", at).containsExactly("one", "two");
            // And that is told, since it may be damage.
            assertThat(FreshLog.givenUp(folder, EPOCH))
                    .as("octet %d", at)
                    .contains("the last block", "is not whole", "docs/queue.md");
            put(at, kept);
        }
        assertThat(read(EPOCH)).hasSize(3);
        assertThat(FreshLog.givenUp(folder, EPOCH)).isEmpty();
    }

    @Test
    void whatAnOlderEpochLeftBehindIsNothingThatIsGivenUp() throws Exception {
        long other = 0x3a5f_71c2_90be_4d16L;
        write(EPOCH, "one", "two", "three");
        write(other, "uno");
        assertThat(FreshLog.givenUp(folder, other)).isEmpty();
    }

    @Test
    void aBlockThatWasSyncedAndIsNotWholeIsDamage() throws Exception {
        write(EPOCH, "one", "two", "three");

        // When any octet of a block before the last is another; then that is said.
        for (int at = FreshLog.ALIGNMENT; at < FreshLog.ALIGNMENT + 32 + 3; at++) {
            byte kept = octet(at);
            put(at, (byte) (kept ^ 1));
            assertThatThrownBy(() -> read(EPOCH))
                    .as("octet %d", at)
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("damaged at octet " + FreshLog.ALIGNMENT)
                    .hasMessageContaining("docs/queue.md");
            put(at, kept);
        }
    }

    @Test
    void aFileThatIsGoneOrCutOffHasWhatItHas() throws Exception {
        assertThat(read(EPOCH)).isEmpty();
        assertThat(FreshLog.givenUp(folder, EPOCH)).contains("is gone");
        write(EPOCH, "one", "two", "three");
        try (var file = new RandomAccessFile(folder.resolve(FreshLog.FILE).toFile(), "rw")) {
            file.setLength(FreshLog.ALIGNMENT + 10);
        }
        assertThat(read(EPOCH)).containsExactly("one");
        assertThat(FreshLog.givenUp(folder, EPOCH)).contains("has 522 octets of 16777216");

        // When it is opened again; then it has its size again, and what it had.
        FreshLog.open(folder).close();
        assertThat(Files.size(folder.resolve(FreshLog.FILE))).isEqualTo(FreshLog.BYTES);
        assertThat(read(EPOCH)).containsExactly("one");
    }

    @Test
    void itTakesBlocksUntilItIsFullAndTheLastOneIsWhole() throws Exception {
        byte[] block = new byte[1 << 20];
        int blocks = 0;
        try (FreshLog log = FreshLog.open(folder)) {
            assertThat(log.hasRoomFor(1)).isFalse();
            log.begin(EPOCH);
            for (; log.hasRoomFor(block.length); blocks++) log.append(block, block.length);
            int rest = FreshLog.BYTES - blocks * ((1 << 20) + FreshLog.ALIGNMENT) - 32;
            assertThat(log.hasRoomFor(rest + 1)).isFalse();
            assertThat(log.hasRoomFor(rest)).isTrue();
            // A block is never cut off, whoever asked for what.
            assertThatThrownBy(() -> log.append(block, rest + 1))
                    .isInstanceOf(IllegalArgumentException.class);
            log.append(block, rest);
        }
        assertThat(FreshLog.read(folder, EPOCH)).hasSize(blocks + 1);
        assertThat(Files.size(folder.resolve(FreshLog.FILE))).isEqualTo(FreshLog.BYTES);
    }

    @Test
    void itIsForItsOwnerAlone() throws Exception {
        FreshLog.open(folder).close();
        var permissions = Files.getPosixFilePermissions(folder.resolve(FreshLog.FILE));
        assertThat(PosixFilePermissions.toString(permissions)).isEqualTo("rw-------");
    }

    private void write(long epoch, String... blocks) throws IOException {
        try (FreshLog log = FreshLog.open(folder)) {
            log.begin(epoch);
            for (String block : blocks) {
                byte[] octets = block.getBytes(StandardCharsets.UTF_8);
                log.append(octets, octets.length);
            }
        }
    }

    private List<String> read(long epoch) throws IOException {
        return FreshLog.read(folder, epoch).stream().map(FreshLogTest::text).toList();
    }

    private static String text(ByteBuffer block) {
        return StandardCharsets.UTF_8.decode(block).toString();
    }

    private byte octet(long at) throws IOException {
        try (var file = new RandomAccessFile(folder.resolve(FreshLog.FILE).toFile(), "r")) {
            file.seek(at);
            return file.readByte();
        }
    }

    private void put(long at, byte octet) throws IOException {
        try (var file = new RandomAccessFile(folder.resolve(FreshLog.FILE).toFile(), "rw")) {
            file.seek(at);
            file.write(octet);
        }
    }
}
