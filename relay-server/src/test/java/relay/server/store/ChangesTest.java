package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static relay.server.store.TestQueue.BANK;
import static relay.server.store.TestQueue.FILTER;
import static relay.server.store.TestQueue.NOON;
import static relay.server.store.TestQueue.mailboxes;
import static relay.server.store.TestQueue.notice;
import static relay.server.store.TestQueue.text;
import static relay.server.store.TestQueue.trouble;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.event.RelayEvent;
import relay.core.queue.ContentSource.ContentLost;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.DelayNotice;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.tls.MessageTls;

class ChangesTest {
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
    void aMessageGoesWithItsLastEntry() {
        // Given a message of two entries.
        var envelope = TestQueue.envelope(queue.store.newId(), NOON);
        var first = QueueEntry.fresh(envelope, 0, BANK, mailboxes("a@bank.example"));
        var second = QueueEntry.fresh(envelope, 1, FILTER, mailboxes("b@clinic.example"));
        queue.committed(new QueuedMessage(envelope, List.of(first, second)));

        // When the first ends; then the content stays for the other.
        queue.changed(new QueueChange.End(first.id(), List.of()));
        assertThat(queue.store.message(envelope.id())).containsExactly(second);
        assertThat(queue.store.inMemory(envelope.id())).isNotEmpty();

        // When the second ends; then nothing is left, in memory or on disk.
        queue.changed(new QueueChange.End(second.id(), List.of()));
        assertThat(queue.store.message(envelope.id())).isEmpty();
        assertThat(queue.store.inMemory(envelope.id())).isEmpty();
        assertThatThrownBy(() -> queue.content(envelope.id())).isInstanceOf(ContentLost.class);
        assertThat(rows("content")).isZero();
    }

    @Test
    void aReleasedEntryIsDueAtOnceAndOthersOfItsLaneAreNot() {
        // Given two held messages.
        QueueEntry one = queue.committed(queue.message()).entries().getFirst();
        QueueEntry two = queue.committed(queue.message()).entries().getFirst();
        for (QueueEntry entry : List.of(one, two)) {
            queue.changed(new QueueChange.SetStatus(entry.id(), EntryStatus.HELD, List.of()));
        }

        // When one is released.
        queue.changed(new QueueChange.Release(one.id(), NOON.plusSeconds(60)));

        // Then it alone is due.
        var due = queue.load(new LoadQuery.Due(BANK, NOON.plusSeconds(60), 10)).entries();
        assertThat(due).extracting(QueueEntry::id).containsExactly(one.id());
        assertThat(due.getFirst().nextAttempt()).isEqualTo(NOON.plusSeconds(60));
    }

    @Test
    void entriesAreFoundByTheirNamesInTheirLaneOnly() {
        // Given a message in each of two lanes.
        QueueEntry here = queue.committed(queue.message()).entries().getFirst();
        QueueEntry there =
                queue.committed(queue.message(NOON, FILTER, "a@x.clinic.example"))
                        .entries()
                        .getFirst();
        var never = new EntryId(there.id().message(), 7);

        // When all are asked for in one of them, then only its own is given.
        var asked = new LoadQuery.Named(BANK, List.of(never, there.id(), here.id()));
        assertThat(queue.load(asked).entries()).containsExactly(here);
    }

    @ParameterizedTest
    @EnumSource
    void aLaneOfRedirectedMailIsAnotherOneAlsoAfterARestart(MessageTls wish) {
        isAnotherLane(new Lane("bank", "bank.example", "", Lane.Choice.BY_OPERATOR), wish);
    }

    @ParameterizedTest
    @EnumSource
    void aLaneOfMailThatFailedOverIsAnotherOneAlsoAfterARestart(MessageTls wish) {
        isAnotherLane(new Lane("bank", "[IPv6:2001:db8::1]", "").insteadOf("a.b-c_d"), wish);
    }

    private void isAnotherLane(Lane other, MessageTls wish) {
        // Given a message that is moved to that lane.
        QueueEntry entry = queue.committed(queue.message()).entries().getFirst();
        Lane lane = other.forMessages(wish);
        var part = new QueueChange.Move.Part(lane, entry.recipients());
        queue.changed(new QueueChange.Move(entry.id(), List.of(part)));

        // When the queue is opened again.
        queue.close();
        queue = new TestQueue(folder);

        // Then it is there, and not in the lane of the policy.
        assertThat(queue.entries(BANK)).isEmpty();
        assertThat(queue.store.entries(lane, 10))
                .extracting(QueueEntry::lane)
                .containsExactly(lane);
        assertThat(queue.store.lanes().getFirst().record().lane()).isEqualTo(lane);
        EntryId moved = queue.store.entries(lane, 10).getFirst().id();
        for (MessageTls asked : MessageTls.values()) {
            var named = new LoadQuery.Named(lane.forMessages(asked), List.of(moved));
            assertThat(queue.load(named).entries()).hasSize(asked == wish ? 1 : 0);
        }
    }

    @Test
    void endingBothEntriesOfAMessageInOneTransactionEndsTheMessage() {
        // Given a message of two entries with a large content.
        var envelope = TestQueue.envelope(queue.store.newId(), NOON);
        var first = QueueEntry.fresh(envelope, 0, BANK, mailboxes("a@bank.example"));
        var second = QueueEntry.fresh(envelope, 1, FILTER, mailboxes("b@clinic.example"));
        queue.committed(
                new QueuedMessage(envelope, List.of(first, second)),
                TestQueue.randomBytes(1, 100_000));

        // When both end at once.
        queue.store.change(new QueueChange.End(first.id(), List.of()));
        queue.changed(new QueueChange.End(second.id(), List.of()));

        // Then nothing is left.
        assertThat(queue.store.message(envelope.id())).isEmpty();
        assertThat(rows("chunked")).isZero();
        queue.close();
        queue = new TestQueue(folder);
        queue.committed(queue.message());
        assertThat(rows("chunk")).isZero();
    }

    @Test
    void aDeferredEntryGoesOnWithWhatRemains() {
        // Given an entry of two recipients.
        var entry =
                queue.committed(queue.message(NOON, BANK, "a@bank.example", "b@bank.example"))
                        .entries()
                        .getFirst();

        // When one of them is delivered and the other has to wait.
        var later = NOON.plusSeconds(60);
        queue.changed(
                new QueueChange.Defer(
                        entry.id(),
                        mailboxes("b@bank.example"),
                        1,
                        later,
                        trouble("greylisted"),
                        List.of()));

        // Then that is what the disk says.
        var expected =
                new QueueEntry(
                        entry.id(),
                        entry.envelope(),
                        BANK,
                        mailboxes("b@bank.example"),
                        EntryStatus.QUEUED,
                        1,
                        later,
                        List.of(trouble("greylisted")),
                        DelayNotice.NOT_SENT);
        assertThat(queue.entries(BANK)).containsExactly(expected);
    }

    @Test
    void noticesBecomeMessagesWithTheChangeThatMakesThem() throws Exception {
        // Given a message.
        var message = queue.committed(queue.message());
        assertThat(queue.accepted.poll(10, TimeUnit.SECONDS)).containsExactly(message);
        EntryId entry = message.entries().getFirst().id();

        // When it is deferred, delayed and ended, each with a notice.
        var first = queue.message(NOON, FILTER, "sender@example.net");
        var second = queue.message(NOON, FILTER, "sender@example.net");
        var third = queue.message(NOON, FILTER, "sender@example.net");
        queue.store.change(
                new QueueChange.Defer(
                        entry,
                        mailboxes("info@bank.example"),
                        1,
                        NOON,
                        trouble("no"),
                        List.of(notice(first, "1st notice"))));
        queue.store.change(
                new QueueChange.DelayNoticeSent(entry, List.of(notice(second, "2nd notice"))));
        queue.changed(new QueueChange.End(entry, List.of(notice(third, "3rd notice"))));

        // Then the notices are queued, with their contents, and were announced as accepted.
        assertThat(queue.entries(BANK)).isEmpty();
        assertThat(TestQueue.idsOf(queue.entries(FILTER)))
                .containsExactly(first.id(), second.id(), third.id());
        assertThat(queue.content(second.id())).isEqualTo(text("2nd notice"));
        var announced = new ArrayList<QueuedMessage>();
        while (announced.size() < 3) {
            var group = queue.accepted.poll(10, TimeUnit.SECONDS);
            assertThat(group).isNotNull();
            announced.addAll(group);
        }
        assertThat(announced).containsExactly(first, second, third);
    }

    @Test
    void aDelayNoticeIsRememberedAndEndsTheNeedForOne() {
        // Given two old entries, of which one is told of.
        var told = queue.committed(queue.message()).entries().getFirst();
        var untold = queue.committed(queue.message()).entries().getFirst();
        queue.store.change(new QueueChange.DelayNoticeSent(told.id(), List.of()));

        // When we ask whose sender should hear of the delay.
        var delayed = queue.load(new LoadQuery.Delayed(BANK, NOON.plusSeconds(1), 10));

        // Then it is the other, but both are old.
        assertThat(delayed.entries()).containsExactly(untold);
        var older = queue.load(new LoadQuery.Older(BANK, NOON.plusSeconds(1), 10));
        assertThat(older.entries())
                .extracting(QueueEntry::delayNotice)
                .containsExactly(DelayNotice.SENT, DelayNotice.NOT_SENT);
    }

    @Test
    void aHeldEntryIsNotDueUntilItIsResumed() {
        // Given an entry.
        var entry = queue.committed(queue.message()).entries().getFirst();
        var due = new LoadQuery.Due(BANK, NOON, 10);

        // When it is held for its TLS; then it is not due, and says why.
        queue.store.change(
                new QueueChange.SetStatus(entry.id(), EntryStatus.HELD, List.of(trouble("TLS"))));
        assertThat(queue.load(due).entries()).isEmpty();
        assertThat(queue.entries(BANK).getFirst().trouble()).contains(trouble("TLS"));

        // When the operator resumes it; then it is due, and the reason is not forgotten.
        queue.store.change(new QueueChange.SetStatus(entry.id(), EntryStatus.QUEUED, List.of()));
        assertThat(queue.load(due).entries()).hasSize(1);
        assertThat(queue.entries(BANK).getFirst().trouble()).contains(trouble("TLS"));
    }

    @Test
    void retryMakesWaitingEntriesOfTheLaneDue() {
        // Given an entry that waits in each of two lanes, and a held one.
        var bank = waiting(queue.committed(queue.message()));
        waiting(queue.committed(queue.message(NOON, FILTER, "a@clinic.example")));
        var held = waiting(queue.committed(queue.message()));
        queue.store.change(new QueueChange.SetStatus(held.id(), EntryStatus.HELD, List.of()));

        // When one lane is made due.
        queue.store.change(new QueueChange.MakeDue(BANK, NOON));

        // Then its queued entry is due, and no other.
        var due = queue.load(new LoadQuery.Due(BANK, NOON, 10));
        assertThat(due.entries()).extracting(QueueEntry::id).containsExactly(bank.id());
        assertThat(due.entries().getFirst().attempts()).isEqualTo(1);
        assertThat(queue.load(new LoadQuery.Due(FILTER, NOON, 10)).entries()).isEmpty();
    }

    @Test
    void aMovedEntryGoesOnInOtherLanesWithItsAttemptsAndTimes() {
        // Given an entry that waits.
        var message =
                queue.committed(queue.message(NOON, BANK, "a@bank.example", "b@bank.example"));
        var entry = waiting(message);

        // When the routing changes.
        queue.store.change(
                new QueueChange.Move(
                        entry.id(),
                        List.of(
                                new QueueChange.Move.Part(FILTER, mailboxes("a@bank.example")),
                                new QueueChange.Move.Part(BANK, mailboxes("b@bank.example")))));

        // Then each part is an entry of its own that waits as long, and the content is theirs.
        assertThat(queue.entries(FILTER))
                .extracting(QueueEntry::id, QueueEntry::attempts, QueueEntry::nextAttempt)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                new EntryId(message.id(), 1), 1, NOON.plusSeconds(600)));
        assertThat(queue.entries(BANK))
                .extracting(QueueEntry::recipients)
                .containsExactly(mailboxes("b@bank.example"));
        assertThat(queue.content(message.id())).isNotEmpty();
    }

    @Test
    void whatTheSenderWantsToBeToldSurvivesAMoveAndADeferral() {
        // Given a message of whose recipients the sender wants to hear different things.
        var message = queue.asking("a@bank.example", "b@bank.example");
        queue.committed(message);
        QueueEntry entry = message.entries().getFirst();

        // When it is moved to another lane, and there one recipient goes on alone.
        queue.store.change(
                new QueueChange.Move(
                        entry.id(),
                        List.of(new QueueChange.Move.Part(FILTER, entry.recipients()))));
        var id = new EntryId(message.id(), 1);
        queue.changed(
                new QueueChange.Defer(
                        id, mailboxes("b@bank.example"), 1, NOON, trouble("later"), List.of()));

        // Then it is all still known.
        assertThat(queue.entries(FILTER))
                .extracting(QueueEntry::envelope)
                .containsExactly(message.envelope());
    }

    @Test
    void changesTakeEffectInTheirOrder() {
        // Given an entry.
        var message = queue.committed(queue.message());
        EntryId entry = message.entries().getFirst().id();

        // When it is ended, and then moved, deferred and held as if it were still there.
        queue.store.change(new QueueChange.End(entry, List.of()));
        queue.store.change(
                new QueueChange.Move(
                        entry,
                        List.of(new QueueChange.Move.Part(FILTER, mailboxes("a@bank.example")))));
        waiting(message);
        queue.changed(new QueueChange.SetStatus(entry, EntryStatus.HELD, List.of()));

        // Then it stays ended.
        assertThat(queue.store.message(message.id())).isEmpty();
        assertThat(queue.entries(FILTER)).isEmpty();
        assertThat(queue.events).isEmpty();
    }

    @Test
    void aChangeThatCannotBeMadeHarmsNoOther() {
        // Given a message, and a notice whose id is taken.
        var message = queue.committed(queue.message());
        var impossible = notice(message, "a second message with the same id");
        var next = queue.message();

        // When the change with that notice comes in one group with others.
        queue.store.change(new QueueChange.End(new EntryId(message.id(), 9), List.of(impossible)));
        waiting(message);
        queue.committed(next);

        // Then the others are made, and a fault is told.
        assertThat(queue.entries(BANK)).hasSize(2);
        assertThat(queue.entries(BANK).getFirst().attempts()).isEqualTo(1);
        assertThat(queue.events).hasSize(1).allMatch(e -> e instanceof RelayEvent.Fault);
        assertThat(queue.store.health()).isInstanceOf(StoreHealth.Writable.class);
    }

    private QueueEntry waiting(QueuedMessage message) {
        QueueEntry entry = message.entries().getFirst();
        queue.store.change(
                new QueueChange.Defer(
                        entry.id(),
                        entry.recipients(),
                        1,
                        NOON.plusSeconds(600),
                        trouble("not now"),
                        List.of()));
        return entry;
    }

    private long rows(String table) {
        var count = new long[1];
        TestQueue.await(
                queue.store.onWriter(
                        c -> count[0] = Schema.number(c, "SELECT count(*) FROM " + table)));
        return count[0];
    }
}
