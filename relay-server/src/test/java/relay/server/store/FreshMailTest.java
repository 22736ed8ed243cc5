package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static relay.server.store.TestQueue.BANK;
import static relay.server.store.TestQueue.FILTER;
import static relay.server.store.TestQueue.NOON;
import static relay.server.store.TestQueue.mailboxes;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.queue.ContentSource.ContentLost;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

/// A message lives in the fresh log first, and in the queue's file when it stays. A crash is a copy
/// of the files of a store that runs.
class FreshMailTest {
    @TempDir Path folder;
    @TempDir Path copies;
    private int crashes;

    @Test
    void aCrashLeavesWhatWasAcknowledgedAndNotWhatHadEnded() throws Exception {
        QueuedMessage stays;
        Path left;
        try (var queue = new TestQueue(folder)) {
            // Given two messages, one of which has ended by a group of its own.
            stays = queue.committed(queue.asking("a@bank.example", "b@bank.example"));
            var ended = queue.committed(queue.message());
            queue.store.change(new QueueChange.End(ended.entries().getFirst().id(), List.of()));
            var last = queue.committed(queue.message());
            assertThat(inFile()).isEmpty();

            // When the process dies.
            left = crash();
            assertThat(queue.entries(BANK)).hasSize(2);
            assertThat(last.entries()).hasSize(1);
        }

        // Then the others are in the queue as they were, with their contents; once.
        for (int start = 0; start < 2; start++) {
            try (var queue = new TestQueue(left)) {
                List<QueueEntry> entries = queue.entries(BANK);
                assertThat(entries).hasSize(2).startsWith(stays.entries().getFirst());
                assertThat(queue.content(stays.id()))
                        .isEqualTo(TestQueue.text("Subject: a message\r\n\r\nText\r\n"));
            }
        }
    }

    @Test
    void ofAMessageWithTwoEntriesTheOneThatHasNotEndedIsLeft() throws Exception {
        Path left;
        QueueEntry second;
        try (var queue = new TestQueue(folder)) {
            var envelope = TestQueue.envelope(queue.store.newId(), NOON);
            var first = QueueEntry.fresh(envelope, 0, BANK, mailboxes("a@bank.example"));
            second = QueueEntry.fresh(envelope, 1, FILTER, mailboxes("b@clinic.example"));
            queue.committed(new QueuedMessage(envelope, List.of(first, second)));
            queue.store.change(new QueueChange.End(first.id(), List.of()));
            queue.committed(queue.message());
            left = crash();
        }
        try (var queue = new TestQueue(left)) {
            assertThat(queue.store.message(second.id().message())).containsExactly(second);
            assertThat(queue.content(second.id().message())).isNotEmpty();
        }
    }

    @Test
    void anEndOfWhatIsInTheFileHoldsAfterACrash() throws Exception {
        Path left;
        QueuedMessage stays;
        try (var queue = new TestQueue(folder)) {
            // Given a message in the file, and one after it.
            var old = queue.committed(queue.message());
            queue.settle();
            assertThat(inFile()).containsExactly(old.id());
            stays = queue.committed(queue.message());

            // When the old one ends, and the process dies before the file knows it.
            queue.store.change(new QueueChange.End(old.entries().getFirst().id(), List.of()));
            var alsoStays = queue.committed(queue.message());
            left = crash();
            assertThat(inFile()).containsExactly(old.id());

            // Then it has ended.
            try (var after = new TestQueue(left)) {
                assertThat(after.entries(BANK))
                        .containsExactly(
                                stays.entries().getFirst(), alsoStays.entries().getFirst());
            }
        }
    }

    @Test
    void whatTheFileTookOverComesFromItsLogNoMore() throws Exception {
        Path left;
        try (var queue = new TestQueue(folder)) {
            // Given messages that the file has taken over, and that have ended there.
            var messages =
                    List.of(queue.committed(queue.message()), queue.committed(queue.message()));
            queue.settle();
            for (QueuedMessage message : messages) {
                queue.changed(new QueueChange.End(message.entries().getFirst().id(), List.of()));
            }

            // When the process dies; then nothing comes back, though the log still has the octets.
            left = crash();
        }
        try (var queue = new TestQueue(left)) {
            assertThat(queue.entries(BANK)).isEmpty();
        }
    }

    @Test
    void theFileHasWhatStaysWithinSeconds() {
        try (var queue = new TestQueue(folder)) {
            var message = queue.committed(queue.message());
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> inFile().equals(Set.of(message.id())));
        }
    }

    @Test
    void whoeverLooksSeesWhatWasAcknowledged() {
        try (var queue = new TestQueue(folder)) {
            var message = queue.committed(queue.message());
            assertThat(queue.store.message(message.id())).isEqualTo(message.entries());
            var second = queue.committed(queue.message());
            assertThat(queue.store.entries(BANK, 10)).hasSize(2);
            var third = queue.committed(queue.message());
            assertThat(queue.store.lanes().getFirst().queuedEntries()).isEqualTo(3);
            assertThat(second.id()).isLessThan(third.id());
        }
    }

    @Test
    void aLogThatIsFullGoesOnFromItsBeginning() throws Exception {
        // Given more mail than the log can hold, most of which ends at once.
        Set<QueueId> left = new HashSet<>();
        Path crash;
        try (var queue = new TestQueue(folder)) {
            byte[] content = TestQueue.randomBytes(3, 60_000);
            for (int i = 0; i < 2 * FreshLog.BYTES / content.length; i++) {
                var message = queue.committed(queue.message(), content);
                if (i % 50 == 0) left.add(message.id());
                else
                    queue.store.change(
                            new QueueChange.End(message.entries().getFirst().id(), List.of()));
            }
            queue.committed(queue.message());
            crash = crash();
        }
        try (var queue = new TestQueue(crash)) {
            Set<QueueId> found =
                    queue.entries(BANK).stream()
                            .map(entry -> entry.id().message())
                            .collect(Collectors.toSet());
            assertThat(found).containsAll(left).hasSize(left.size() + 1);
            for (QueueId id : left) assertThat(queue.content(id)).hasSize(60_000);
        }
    }

    @Test
    void changesOfEveryKindFindFreshMail() {
        try (var queue = new TestQueue(folder)) {
            var entry = queue.committed(queue.message()).entries().getFirst();
            queue.store.change(
                    new QueueChange.Defer(
                            entry.id(),
                            entry.recipients(),
                            1,
                            NOON.plusSeconds(60),
                            TestQueue.trouble("later"),
                            List.of()));
            assertThat(queue.entries(BANK).getFirst().attempts()).isEqualTo(1);
        }
    }

    @Test
    void ofFreshMailThatWasSplitInItsLaneAPartThatHasNotEndedIsLeft() throws Exception {
        Path left;
        QueuedMessage message;
        try (var queue = new TestQueue(folder)) {
            // Given a message that has become two entries, of which the first has ended.
            message =
                    queue.committed(queue.message(NOON, BANK, "a@bank.example", "b@bank.example"));
            QueueEntry whole = message.entries().getFirst();
            queue.store.change(
                    new QueueChange.Move(
                            whole.id(),
                            List.of(
                                    new QueueChange.Move.Part(BANK, mailboxes("a@bank.example")),
                                    new QueueChange.Move.Part(BANK, mailboxes("b@bank.example")))));
            assertThat(queue.entries(BANK)).hasSize(2).doesNotContain(whole);
            queue.changed(new QueueChange.End(queue.entries(BANK).getFirst().id(), List.of()));

            // When the process dies.
            left = crash();
        }

        // Then the other is there, with the content, which goes with it.
        try (var queue = new TestQueue(left)) {
            QueueEntry part = queue.entries(BANK).getFirst();
            assertThat(queue.entries(BANK)).hasSize(1);
            assertThat(part.recipients()).isEqualTo(mailboxes("b@bank.example"));
            assertThat(queue.content(message.id())).isNotEmpty();
            queue.changed(new QueueChange.End(part.id(), List.of()));
            assertThat(queue.entries(BANK)).isEmpty();
            assertThatThrownBy(() -> queue.content(message.id())).isInstanceOf(ContentLost.class);
        }
    }

    @Test
    void aDamagedLogIsRefusedAndNothingIsOverwritten() throws Exception {
        Path left;
        try (var queue = new TestQueue(folder)) {
            for (int i = 0; i < 3; i++) queue.committed(queue.message());
            left = crash();
        }
        byte[] before;
        try (var log = new RandomAccessFile(left.resolve(FreshLog.FILE).toFile(), "rw")) {
            log.seek(100);
            log.write('!');
            before = Files.readAllBytes(left.resolve(FreshLog.FILE));
        }
        for (int start = 0; start < 2; start++) {
            assertThatThrownBy(() -> new TestQueue(left))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("fresh.log is damaged");
        }
        assertThat(Files.readAllBytes(left.resolve(FreshLog.FILE))).isEqualTo(before);
    }

    @Test
    void anyMomentOfACrashLeavesEachMessageOnce() throws Exception {
        // Given mail that comes and ends in every mixture, with and without a transaction between.
        var random = new Random(11);
        Set<QueueId> alive = new HashSet<>();
        try (var queue = new TestQueue(folder)) {
            for (int step = 0; step < 150; step++) {
                var message = queue.committed(queue.message());
                alive.add(message.id());
                if (random.nextInt(3) > 0) {
                    QueueId id =
                            alive.stream().skip(random.nextInt(alive.size())).findFirst().get();
                    alive.remove(id);
                    queue.store.change(
                            new QueueChange.End(new QueueEntry.EntryId(id, 0), List.of()));
                    var after = queue.committed(queue.message());
                    alive.add(after.id());
                }
                if (random.nextInt(8) == 0) queue.settle();
                if (random.nextInt(10) > 0) continue;

                // When the process dies here; then what is alive is there, once, and nothing else.
                try (var left = new TestQueue(crash())) {
                    List<QueueId> found = TestQueue.idsOf(left.entries(BANK));
                    assertThat(found)
                            .doesNotHaveDuplicates()
                            .containsExactlyInAnyOrderElementsOf(alive);
                    for (QueueId id : found) assertThat(left.content(id)).isNotEmpty();
                }
            }
        }
    }

    /// What the disk has at this moment. Nothing is being written.
    private Path crash() throws IOException {
        Path left = Files.createDirectories(copies.resolve("crash-" + ++crashes));
        for (String name : List.of(Schema.FILE, Schema.FILE + "-wal", FreshLog.FILE)) {
            Files.copy(folder.resolve(name), left.resolve(name));
        }
        return left;
    }

    /// What another program reads in the queue's file.
    private Set<QueueId> inFile() {
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(Schema.FILE));
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT message FROM entry")) {
            var ids = new HashSet<QueueId>();
            while (row.next()) ids.add(new QueueId(row.getLong(1)));
            return ids;
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
    }
}
