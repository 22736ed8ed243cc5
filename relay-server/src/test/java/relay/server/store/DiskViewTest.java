package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.server.store.TestQueue.BANK;
import static relay.server.store.TestQueue.FILTER;
import static relay.server.store.TestQueue.NOON;
import static relay.server.store.TestQueue.trouble;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneRecord;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.queue.QueueView.DomainCount;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;

class DiskViewTest {
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
    void theCensusSaysHowManyHowMuchHowOldAndWhenNext() {
        // Given a lane of three entries: one due at 5, one told of the delay, and an old held one.
        QueuedMessage held = committed(0, BANK, "a@bank.example");
        QueuedMessage told = committed(7, BANK, "a@bank.example");
        committed(5, BANK, "a@bank.example");
        queue.store.change(
                new QueueChange.SetStatus(
                        held.entries().getFirst().id(), EntryStatus.HELD, List.of()));
        queue.changed(new QueueChange.DelayNoticeSent(told.entries().getFirst().id(), List.of()));

        // When lanes are counted, at the start and by people; then both are told the same.
        var expected =
                new LaneCensus(LaneRecord.well(BANK), 2, 1, 3 * 2048, NOON, NOON.plusSeconds(5));
        assertThat(queue.store.lanes()).containsExactly(expected);
        assertThat(queue.store.census()).containsExactly(expected);
    }

    @Test
    void entriesAreListedOldestFirst() {
        // Given three entries, of which the oldest waits longest.
        QueuedMessage second = committed(2, BANK, "a@bank.example");
        QueuedMessage first = committed(1, BANK, "a@bank.example");
        committed(3, BANK, "a@bank.example");
        QueueEntry entry = first.entries().getFirst();
        queue.changed(
                new QueueChange.Defer(
                        entry.id(),
                        entry.recipients(),
                        4,
                        NOON.plusSeconds(9999),
                        trouble("later"),
                        List.of()));

        // When two are listed; then they are the oldest.
        assertThat(TestQueue.idsOf(queue.store.entries(BANK, 2)))
                .containsExactly(first.id(), second.id());
        assertThat(queue.store.entries(BANK, Integer.MAX_VALUE)).hasSize(3);
        assertThat(queue.store.entries(FILTER, 2)).isEmpty();
    }

    @Test
    void aMessageThatIsNotThereHasNoEntries() {
        assertThat(queue.store.message(queue.store.newId())).isEmpty();
    }

    @Test
    void theLongestDomainsAreCountedAcrossLanes() {
        // Given mail for a domain by DNS, for three domains by smart host, and some nobody takes.
        committed(4, BANK, "a@bank.example");
        committed(3, BANK, "a@bank.example");
        committed(2, FILTER, "a@x.clinic.example", "b@x.clinic.example", "c@bank.example");
        committed(1, FILTER, "a@x.clinic.example");
        committed(6, FILTER, "a@y.clinic.example");
        committed(5, new Lane(Lane.UNREACHABLE, "", ""), "a@x.clinic.example");

        // When the longest are asked for; then messages were counted, not recipients.
        assertThat(queue.store.longestDomains(2))
                .containsExactly(
                        new DomainCount("bank.example", 3, NOON.plusSeconds(2)),
                        new DomainCount("x.clinic.example", 3, NOON.plusSeconds(1)));
    }

    private QueuedMessage committed(int second, Lane lane, String... recipients) {
        return queue.committed(queue.message(NOON.plusSeconds(second), lane, recipients));
    }
}
