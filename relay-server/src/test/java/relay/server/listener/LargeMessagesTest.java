package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.intake.Fixtures;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Limits;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;

class LargeMessagesTest {
    private static final int CLIENTS = 4;
    private static final int PIECE_OCTETS = 64 << 10;
    private static final long LARGE_BYTES = 8 << 20;

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource(TlsMode.class)
    void largeMessagesPassUnharmedAndOnePieceOfEachIsInMemory(TlsMode mode)
            throws InterruptedException, ExecutionException {
        // Given a store that asks for patience after each piece.
        var store = new AtomicReference<SlowStore>();
        var writer = Executors.newSingleThreadExecutor();
        store.set(new SlowStore(writer));
        try (writer;
                var running = new RunningListener(folder, _ -> store.get(), connector(mode));
                var clients = Executors.newVirtualThreadPerTaskExecutor()) {

            // When several clients send large messages at once.
            byte[] block = block();
            Callable<String> one = () -> send(running, mode, block);
            List<Future<String>> replies = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) replies.add(clients.submit(one));
            for (Future<String> reply : replies)
                assertThat(reply.get()).startsWith("250 2.0.0 queued as");

            // Then they arrive octet for octet, and the store never held more than a piece of each.
            assertThat(store.get().sums)
                    .hasSize(CLIENTS)
                    .allMatch(sum -> sum.checksum() == checksum(block))
                    .allMatch(sum -> sum.sizeBytes() > LARGE_BYTES);
            assertThat(store.get().mostWaitingBytes())
                    .isLessThanOrEqualTo(CLIENTS * (PIECE_OCTETS + 1024L));
        }
    }

    @Test
    void aMessageThatIsTooLargeIsReadAndNotKept() {
        // Given a client whose message is larger than allowed.
        var writer = Executors.newSingleThreadExecutor();
        var store = new SlowStore(writer);
        var limits = new Limits(1 << 20, 5, 100, 100, 3, Duration.ofMinutes(5));
        var connector =
                Fixtures.receiveConnector(
                        "small",
                        Fixtures.loopback(TlsMode.STARTTLS),
                        RequireTls.NO,
                        limits,
                        "127.0.0.1");
        try (writer;
                var running = new RunningListener(folder, _ -> store, connector)) {
            // When it sends it all, then it hears so at its end.
            assertThat(send(running, TlsMode.STARTTLS, block()))
                    .isEqualTo("552 5.3.4 Message too large");
            assertThat(store.sums).isEmpty();
        }
    }

    private static String send(RunningListener running, TlsMode mode, byte[] block) {
        try (var client = running.connect()) {
            if (mode == TlsMode.IMPLICIT) client.secure();
            client.readLine();
            client.ask("EHLO client.example.org");
            client.ask("MAIL FROM:<a@example.net>");
            client.ask("RCPT TO:<b@bank.example>");
            client.ask("DATA");
            for (long sent = 0; sent < LARGE_BYTES; sent += block.length) client.send(block);
            return client.ask(".");
        }
    }

    /// An empty line, so that what follows is no header, and lines of random octets without dots and
    /// line ends among them.
    private static byte[] block() {
        var random = new SplittableRandom(7);
        byte[] block = new byte[1 << 20];
        random.nextBytes(block);
        for (int i = 0; i < block.length; i++) {
            if (block[i] == '\r' || block[i] == '\n' || block[i] == '.') block[i] = 'x';
            if (i % 1000 == 998 || i == block.length - 2) block[i] = '\r';
            if (i % 1000 == 999 || i == block.length - 1) block[i] = '\n';
        }
        block[0] = '\r';
        block[1] = '\n';
        return block;
    }

    private static long checksum(byte[] block) {
        var crc = new CRC32();
        for (long sent = 0; sent < LARGE_BYTES; sent += block.length) crc.update(block);
        return crc.getValue();
    }

    private static ReceiveConnector connector(TlsMode mode) {
        var limits = new Limits(36L << 20, 5, 100, 100, 3, Duration.ofMinutes(5));
        return Fixtures.receiveConnector(
                "internal", Fixtures.loopback(mode), RequireTls.NO, limits, "127.0.0.1");
    }
}
