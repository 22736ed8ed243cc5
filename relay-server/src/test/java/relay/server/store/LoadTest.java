package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.server.store.TestQueue.BANK;
import static relay.server.store.TestQueue.FILTER;
import static relay.server.store.TestQueue.NOON;
import static relay.server.store.TestQueue.idsOf;
import static relay.server.store.TestQueue.times;
import static relay.server.store.TestQueue.trouble;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.event.RelayEvent;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;

class LoadTest {
    @TempDir Path folder;
    private TestQueue queue;

    @BeforeEach
    void open() {
        queue = new TestQueue(folder);
    }

    @AfterEach
    void close() {
        queue.close();
    }

    @Test
    void theEarliestDueComeFirstAndNextIsTheFirstThatIsLeft() {
        // Given entries that are due at 1, 2, 3 and 9 seconds past noon, one held at 0, and one of
        // another lane.
        QueuedMessage third = acceptedAt(3);
        QueuedMessage first = acceptedAt(1);
        QueuedMessage last = acceptedAt(9);
        QueuedMessage second = acceptedAt(2);
        queue.store.change(
                new QueueChange.SetStatus(entry(acceptedAt(0)), EntryStatus.HELD, List.of()));
        queue.committed(queue.message(NOON, FILTER, "a@clinic.example"));

        // When all that are due at 3 are loaded; then next is the one at 9.
        Loaded all = queue.load(new LoadQuery.Due(BANK, NOON.plusSeconds(3), 10));
        assertThat(idsOf(all.entries())).containsExactly(first.id(), second.id(), third.id());
        assertThat(all.next()).isEqualTo(NOON.plusSeconds(9));

        // When only two are; then next is the one at 3, which is due.
        Loaded some = queue.load(new LoadQuery.Due(BANK, NOON.plusSeconds(3), 2));
        assertThat(idsOf(some.entries())).containsExactly(first.id(), second.id());
        assertThat(some.next()).isEqualTo(NOON.plusSeconds(3));

        // When nothing is left; then there is no next.
        Loaded every = queue.load(new LoadQuery.Due(BANK, Instant.MAX, 4));
        assertThat(every.entries()).hasSize(4);
        assertThat(idsOf(every.entries())).endsWith(last.id());
        assertThat(every.next()).isEqualTo(Instant.MAX);
    }

    @Test
    void theOldestComeFirstWhetherToldOfTheDelayOrNotAndHeldOnesWaitForTheOperator() {
        // Given entries accepted at 0, 1, 2 and 3 seconds past noon.
        List<QueuedMessage> messages = times(4).mapToObj(second -> acceptedAt(second)).toList();
        queue.store.change(
                new QueueChange.SetStatus(entry(messages.get(1)), EntryStatus.HELD, List.of()));
        queue.store.change(new QueueChange.DelayNoticeSent(entry(messages.get(0)), List.of()));
        queue.store.change(new QueueChange.DelayNoticeSent(entry(messages.get(2)), List.of()));

        // When those accepted before second 3 are loaded; then all are there but the held one, and
        // 3 is next.
        Loaded older = queue.load(new LoadQuery.Older(BANK, NOON.plusSeconds(3), 10));
        assertThat(idsOf(older.entries()))
                .containsExactly(messages.get(0).id(), messages.get(2).id());
        assertThat(older.next()).isEqualTo(NOON.plusSeconds(3));

        // When those not told of the delay are loaded; then neither the told ones nor the held one
        // are there or next.
        Loaded delayed = queue.load(new LoadQuery.Delayed(BANK, NOON.plusSeconds(2), 10));
        assertThat(delayed.entries()).isEmpty();
        assertThat(delayed.next()).isEqualTo(NOON.plusSeconds(3));
    }

    @Test
    void aTimeThatLiesWithinAMillisecondFindsWhatIsBeforeIt() {
        // Given an entry accepted at noon and 123.0 ms.
        queue.committed(queue.message());

        // When we ask at that moment and just after; then only the second finds it.
        assertThat(queue.load(new LoadQuery.Older(BANK, NOON, 10)).entries()).isEmpty();
        assertThat(queue.load(new LoadQuery.Older(BANK, NOON.plusNanos(1), 10)).entries())
                .hasSize(1);
        assertThat(queue.load(new LoadQuery.Due(BANK, NOON.minusNanos(1), 10)).entries()).isEmpty();
        assertThat(queue.load(new LoadQuery.Due(BANK, NOON, 10)).entries()).hasSize(1);
    }

    @Test
    void aLaneIsReadPageByPageWhileItsEntriesMoveAway() {
        // Given a lane of 25 entries.
        List<QueueId> expected =
                times(25).mapToObj(i -> queue.committed(queue.message()).id()).toList();

        // When each page of it is moved to another lane before the next page is read.
        var seen = new ArrayList<QueueId>();
        List<EntryId> after = List.of();
        while (true) {
            List<QueueEntry> page = queue.load(new LoadQuery.All(BANK, after, 10)).entries();
            if (page.isEmpty()) break;
            for (QueueEntry entry : page) {
                var part = new QueueChange.Move.Part(FILTER, entry.recipients());
                queue.store.change(new QueueChange.Move(entry.id(), List.of(part)));
            }
            seen.addAll(idsOf(page));
            after = List.of(page.getLast().id());
        }

        // Then every entry was seen once, in the order of acceptance.
        assertThat(seen).isEqualTo(expected);
        assertThat(queue.entries(BANK)).isEmpty();
        assertThat(queue.entries(FILTER)).hasSize(25);
    }

    @Test
    void aLoadSeesEveryChangeHandedOverBeforeIt() {
        // Given a due entry.
        var message = queue.committed(queue.message());
        for (int attempt = 1; attempt <= 200; attempt++) {
            // When it is deferred a bit further and loaded at once.
            Instant next = NOON.plusSeconds(attempt);
            queue.store.change(
                    new QueueChange.Defer(
                            entry(message),
                            message.entries().getFirst().recipients(),
                            attempt,
                            next,
                            trouble("later"),
                            List.of()));
            Loaded loaded = queue.load(new LoadQuery.Due(BANK, NOON, 10));

            // Then the answer knows.
            assertThat(loaded.entries()).isEmpty();
            assertThat(loaded.next()).isEqualTo(next);
        }
    }

    @Test
    void anEntryThatCannotBeUnderstoodIsLeftOutAndToldOf() {
        // Given three entries of which the first was damaged.
        List<QueueId> ids = times(3).mapToObj(i -> queue.committed(queue.message()).id()).toList();
        TestQueue.await(
                queue.store.onWriter(c -> {
                    try (var statement = c.createStatement()) {
                        statement.execute(
                                "UPDATE entry SET recipients = 'nobody' WHERE message = "
                                        + ids.getFirst().value());
                    }
                }));

        // When one is loaded; then it is the next good one, and a fault names the bad one.
        Loaded loaded = queue.load(new LoadQuery.Due(BANK, NOON, 1));
        assertThat(idsOf(loaded.entries())).containsExactly(ids.get(1));
        assertThat(queue.events)
                .hasSize(1)
                .allMatch(event ->
                        event instanceof RelayEvent.Fault(_, var detail)
                                && detail.contains(ids.getFirst().toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                EntryQueries.DUE,
                EntryQueries.DELAYED,
                EntryQueries.OLDER,
                EntryQueries.OLDEST,
                EntryQueries.ALL
            })
    void noLoadSortsOrReadsALaneToItsEnd(String query) {
        // Given a load's query, when SQLite is asked how it would answer.
        var plan = new ArrayList<String>();
        TestQueue.await(
                queue.store.onWriter(c -> {
                    try (var statement = c.prepareStatement("EXPLAIN QUERY PLAN " + query);
                            var row = statement.executeQuery()) {
                        while (row.next()) plan.add(row.getString("detail"));
                    }
                }));

        // Then it follows an index from its wanted place.
        assertThat(plan)
                .anyMatch(step -> step.contains("SEARCH e USING INDEX"))
                .noneMatch(step -> step.contains("TEMP B-TREE") || step.startsWith("SCAN"));
    }

    private QueuedMessage acceptedAt(int secondsPastNoon) {
        return queue.committed(
                queue.message(NOON.plusSeconds(secondsPastNoon), BANK, "info@bank.example"));
    }

    private static EntryId entry(QueuedMessage message) {
        return message.entries().getFirst().id();
    }
}
