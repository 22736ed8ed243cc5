package relay.server.outbound;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import relay.core.delivery.DialogueTimeouts;
import relay.core.queue.DeliveryOutcome.Deferred;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.DeliveryOutcome.Rejected;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.server.outbound.Outbound.OnDisk;
import relay.server.outbound.TestCertificates.Identity;

/// Content that goes out in pieces.
class LargeContentTest {
    private static final TestCertificates CERTIFICATES = new TestCertificates();

    private static byte[] content(int size) {
        var random = new SplittableRandom(size);
        var content = new ByteArrayOutputStream();
        while (content.size() < size) {
            String line = ".".repeat(random.nextInt(3)) + "x".repeat(random.nextInt(200)) + "\r\n";
            content.writeBytes(line.getBytes(US_ASCII));
        }
        return content.toByteArray();
    }

    private static Outbound reading(Outbound.ContentsOf contents) {
        return new Outbound(CERTIFICATES.roots(), DialogueTimeouts.DEFAULT, contents);
    }

    @Test
    void aLargeContentArrivesAsItIs() {
        // Given 8 MiB on disk and a host that takes it over TLS.
        byte[] content = content(8 * 1024 * 1024);
        var heard = new AtomicReference<byte[]>();
        Identity identity = CERTIFICATES.named(Outbound.HOST);
        OnDisk disk = OnDisk.inPiecesOf(64 * 1024);
        try (Outbound outbound = reading(disk);
                var partner =
                        ScriptedPartner.start(wire -> {
                            wire.greet("STARTTLS");
                            wire.answer("STARTTLS", "220 go");
                            wire.secure(identity.serverContext());
                            wire.answerHello("PIPELINING");
                            heard.set(wire.take("250 queued"));
                            wire.take("250 queued");
                            wire.quit();
                        })) {
            QueueEntry large = outbound.message(content, "b");
            QueueEntry small = outbound.message("after\r\n".getBytes(US_ASCII), "c");

            // When it is delivered.
            Outbound.Result result = outbound.deliver(Outbound.host(partner.port()));

            // Then it arrives byte for byte, the next follows it, and every reading was closed.
            assertThat(result.outcome(large)).isInstanceOf(Delivered.class);
            assertThat(result.outcome(small)).isInstanceOf(Delivered.class);
            assertThat(heard.get()).isEqualTo(content);
            allClosed(disk);
        }
    }

    @Test
    void aLargeContentInMemoryGoesInPiecesToo() {
        byte[] content = content(3 * 1024 * 1024);
        var heard = new AtomicReference<byte[]>();
        try (Outbound outbound = reading(new Outbound.InMemory());
                var partner =
                        ScriptedPartner.start(wire -> {
                            wire.greet("SIZE");
                            heard.set(wire.take("250 queued"));
                            wire.quit();
                        })) {
            QueueEntry large = outbound.message(content, "b");
            Outbound.Result result = outbound.deliver(Outbound.host(partner.port()));
            assertThat(result.outcome(large)).isInstanceOf(Delivered.class);
            assertThat(heard.get()).isEqualTo(content);
        }
    }

    @Test
    void contentThatCannotBeReadToItsEndIsCutOffWithoutADot() {
        // Given a disk that fails in the middle.
        var disk = new OnDisk(1024, 5, new CopyOnWriteArrayList<>());
        var finished = new AtomicReference<>("no");
        try (Outbound outbound = reading(disk);
                var partner =
                        ScriptedPartner.start(wire -> {
                            wire.greet("PIPELINING");
                            wire.take("250 queued");
                            finished.set("yes");
                        })) {
            QueueEntry entry = outbound.message(content(10_000), "b");
            QueueEntry next = outbound.message(content(100), "c");

            // When it is delivered.
            Outbound.Result result = outbound.deliver(Outbound.host(partner.port()));

            // Then the host never saw an end of it, and the fault is ours.
            assertThat(result.outcome(entry))
                    .isInstanceOfSatisfying(
                            Deferred.class,
                            deferred ->
                                    assertThat(deferred.why().reason()).isEqualTo(Reason.LOCAL));
            assertThat(result.returned()).containsExactly(next);
            assertThat(finished.get()).isEqualTo("no");
            allClosed(disk);
        }
    }

    @Test
    void contentIsReadNoFasterThanItIsTakenAndAStallDefers() {
        // Given a host that stops reading in the middle of 36 MiB.
        OnDisk disk = OnDisk.inPiecesOf(64 * 1024);
        DialogueTimeouts timeouts = Stalls.only(DialogueTimeouts.DEFAULT, Stalls.Step.CONTENT);
        try (Outbound outbound = new Outbound(CERTIFICATES.roots(), timeouts, disk);
                var partner =
                        ScriptedPartner.start(wire -> {
                            wire.greet("PIPELINING");
                            wire.answer("MAIL FROM:", "250 ok");
                            wire.answer("RCPT TO:", "250 ok");
                            wire.answer("DATA", "354 go");
                            wire.stopReading();
                        })) {
            QueueEntry entry = outbound.message(content(36 * 1024 * 1024), "b");

            // When it is delivered, then the message waits; its final dot was never begun, and most
            // of it was never read.
            Outbound.Result result = outbound.deliver(Outbound.host(partner.port()));
            assertThat(result.outcome(entry))
                    .isInstanceOfSatisfying(
                            Deferred.class,
                            deferred ->
                                    assertThat(deferred.why().reason()).isEqualTo(Reason.TIMEOUT));
            allClosed(disk);
            // Of 576 pieces, what the two sockets hold, and half a MiB.
            assertThat(disk.log()).filteredOn("read"::equals).hasSizeLessThan(288);
        }
    }

    @Test
    void aRefusalInTheMiddleOfTheContentCounts() {
        OnDisk disk = OnDisk.inPiecesOf(1024);
        try (Outbound outbound = reading(disk);
                var partner =
                        ScriptedPartner.start(wire -> {
                            wire.greet("PIPELINING");
                            wire.answer("MAIL FROM:", "250 ok");
                            wire.answer("RCPT TO:", "250 ok");
                            wire.answer("DATA", "354 go");
                            for (int i = 0; i < 20; i++) wire.hear();
                            wire.say("552 5.3.4 too big");
                            wire.drain();
                        })) {
            QueueEntry entry = outbound.message(content(36 * 1024 * 1024), "b");
            Outbound.Result result = outbound.deliver(Outbound.host(partner.port()));
            assertThat(result.outcome(entry)).isInstanceOf(Rejected.class);
            allClosed(disk);
        }
    }

    private static void allClosed(OnDisk disk) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> {
                    List<String> log = disk.log();
                    assertThat(log.stream().filter("close"::equals).count())
                            .isEqualTo(log.stream().filter("open"::equals).count());
                });
    }
}
