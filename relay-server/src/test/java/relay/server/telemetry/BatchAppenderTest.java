package relay.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class BatchAppenderTest {
    private final LoggerContext context = new LoggerContext();

    @Test
    void everyLineOfEveryThreadIsWrittenOnceAndInTheOrderOfItsThread() throws Exception {
        var out = new ByteArrayOutputStream();
        BatchAppender appender = started(out);
        Logger log = logger(appender);
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            String name = "t" + thread;
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < 5_000; i++) log.info("{} {}", name, i);
                            }));
        }
        for (Thread thread : threads) thread.join();
        appender.stop();

        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(20_000);
        for (int thread = 0; thread < 4; thread++) {
            String name = " t" + thread + " ";
            List<String> own = lines.stream().filter(line -> line.contains(name)).toList();
            for (int i = 0; i < own.size(); i++) assertThat(own.get(i)).endsWith(name + i);
        }
    }

    @Test
    void manyLinesAreOneWrite() {
        var out = new Counting();
        BatchAppender appender = started(out);
        Logger log = logger(appender);
        for (int i = 0; i < 2_000; i++) log.info("line");
        appender.stop();

        assertThat(out.lines()).isEqualTo(2_000);
        assertThat(out.writes).isLessThan(200);
    }

    @Test
    void aLineIsWrittenThoughNobodyStopsTheLog() {
        var out = new Counting();
        BatchAppender appender = started(out);
        logger(appender).info("line");

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> out.lines() == 1);
        appender.stop();
    }

    @Test
    void whereTheTargetStallsCallersWaitAndNoLineIsLost() throws Exception {
        var gate = new CountDownLatch(1);
        var out =
                new Counting() {
                    @Override
                    void beforeWrite() {
                        try {
                            gate.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                };
        BatchAppender appender = started(out);
        Logger log = logger(appender);
        Thread caller =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < 10_000; i++) log.info("line");
                        });
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> caller.getState() == Thread.State.WAITING);
        gate.countDown();
        caller.join();
        appender.stop();

        assertThat(out.lines()).isEqualTo(10_000);
    }

    @Test
    void aTargetThatFailsDoesNotEndTheLog() {
        var out =
                new Counting() {
                    @Override
                    synchronized void count(byte[] bytes) throws IOException {
                        if (writes++ == 0) throw new IOException("gone for a moment");
                        super.count(bytes);
                    }
                };
        BatchAppender appender = started(out);
        Logger log = logger(appender);
        log.info("line");
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> out.writes() > 0);
        log.error("line");
        appender.stop();

        assertThat(out.lines()).isEqualTo(1);
    }

    private BatchAppender started(OutputStream out) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        var appender = new BatchAppender(out);
        var layout = new OneLineLayout();
        layout.setContext(context);
        layout.start();
        appender.setContext(context);
        appender.setLayout(layout);
        appender.start();
        return appender;
    }

    private Logger logger(BatchAppender appender) {
        Logger log = context.getLogger("mail");
        log.setLevel(Level.INFO);
        log.addAppender(appender);
        return log;
    }

    /// Counts lines by their ends.
    private static class Counting extends OutputStream {
        int writes;
        private int lines;

        @Override
        public void write(int octet) {
            throw new IllegalStateException("octet by octet");
        }

        /// Without the lock: a test may look on meanwhile.
        void beforeWrite() {}

        @Override
        public void write(byte[] bytes) throws IOException {
            beforeWrite();
            count(bytes);
        }

        synchronized void count(byte[] bytes) throws IOException {
            writes++;
            for (byte octet : bytes) if (octet == '\n') lines++;
        }

        synchronized int lines() {
            return lines;
        }

        synchronized int writes() {
            return writes;
        }
    }
}
