package relay.core.scheduler;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import relay.core.queue.Diagnostic;
import relay.core.queue.Envelope;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneRecord;
import relay.core.queue.LaneRecord.Suspension;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.DelayNotice;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;

/// The store's promises without a disk: what it has now, changed and asked in order.
final class FakeDisk {
    private static final Comparator<EntryId> ORDER =
            Comparator.comparing(EntryId::message).thenComparingInt(EntryId::index);

    final Map<EntryId, QueueEntry> entries = new TreeMap<>(ORDER);
    final Map<Lane, LaneRecord> records = new java.util.HashMap<>();

    QueueEntry entry(EntryId id) {
        return java.util.Optional.ofNullable(entries.get(id)).orElseThrow();
    }

    LaneRecord record(Lane lane) {
        return records.getOrDefault(lane, LaneRecord.well(lane));
    }

    void accept(QueuedMessage message) {
        message.entries().forEach(entry -> entries.put(entry.id(), entry));
    }

    void apply(QueueChange change) {
        switch (change) {
            case QueueChange.End(var id, _) -> entries.remove(id);
            case QueueChange.Defer defer ->
                    replace(
                            defer.entry(),
                            e ->
                                    new QueueEntry(
                                            e.id(),
                                            e.envelope(),
                                            e.lane(),
                                            defer.remaining(),
                                            e.status(),
                                            defer.attempts(),
                                            defer.nextAttempt(),
                                            List.of(defer.why()),
                                            e.delayNotice()));
            case QueueChange.SetStatus(var id, var status, var why) ->
                    replace(
                            id,
                            e ->
                                    troubled(
                                            with(
                                                    e,
                                                    e.lane(),
                                                    status,
                                                    e.nextAttempt(),
                                                    e.delayNotice()),
                                            why));
            case QueueChange.MakeDue(var lane, var now) ->
                    List.copyOf(entries.values()).stream()
                            .filter(e -> e.lane().equals(lane))
                            .forEach(e ->
                                    entries.put(
                                            e.id(),
                                            with(e, lane, e.status(), now, e.delayNotice())));
            case QueueChange.Release(var id, var now) ->
                    replace(id, e -> with(e, e.lane(), EntryStatus.QUEUED, now, e.delayNotice()));
            case QueueChange.DelayNoticeSent(var id, _) ->
                    replace(
                            id,
                            e -> with(e, e.lane(), e.status(), e.nextAttempt(), DelayNotice.SENT));
            case QueueChange.Move(var id, var parts) -> move(id, parts);
            case QueueChange.RecordLane(var record) -> records.put(record.lane(), record);
        }
    }

    Loaded load(LoadQuery query) {
        return switch (query) {
            case LoadQuery.Due due -> due(due);
            case LoadQuery.Older(var lane, var before, var limit) ->
                    aged(query, inLane(lane, FakeDisk::isQueued, byAge()), before, limit);
            case LoadQuery.Delayed(var lane, var before, var limit) ->
                    aged(query, inLane(lane, FakeDisk::isUnwarned, byAge()), before, limit);
            case LoadQuery.All all -> all(all);
            case LoadQuery.Named(var lane, var named) ->
                    new Loaded(
                            query, inLane(lane, e -> named.contains(e.id()), byAge()), Instant.MAX);
        };
    }

    private Loaded due(LoadQuery.Due query) {
        List<QueueEntry> queued = inLane(query.lane(), FakeDisk::isQueued, byNext());
        List<QueueEntry> found =
                queued.stream()
                        .filter(e -> !e.nextAttempt().isAfter(query.now()))
                        .limit(query.limit())
                        .toList();
        return new Loaded(query, found, rest(queued, found, QueueEntry::nextAttempt));
    }

    private Loaded all(LoadQuery.All query) {
        Predicate<QueueEntry> later =
                e -> query.after().stream().allMatch(after -> ORDER.compare(e.id(), after) > 0);
        List<QueueEntry> found = inLane(query.lane(), later, byAge());
        return new Loaded(query, found.stream().limit(query.limit()).toList(), Instant.MAX);
    }

    private static QueueEntry troubled(QueueEntry entry, List<Diagnostic> why) {
        if (why.isEmpty()) return entry;
        return new QueueEntry(
                entry.id(),
                entry.envelope(),
                entry.lane(),
                entry.recipients(),
                entry.status(),
                entry.attempts(),
                entry.nextAttempt(),
                why,
                entry.delayNotice());
    }

    private List<QueueEntry> inLane(
            Lane lane, Predicate<QueueEntry> wanted, Comparator<QueueEntry> order) {
        return entries.values().stream()
                .filter(e -> e.lane().equals(lane))
                .filter(wanted)
                .sorted(order)
                .toList();
    }

    private static boolean isUnwarned(QueueEntry entry) {
        return isQueued(entry) && entry.delayNotice() == DelayNotice.NOT_SENT;
    }

    List<LaneCensus> census() {
        var lanes = new ArrayList<LaneCensus>();
        Stream.concat(
                        records.values().stream()
                                .filter(r ->
                                        r.failures() > 0 || r.suspension() == Suspension.SUSPENDED)
                                .map(LaneRecord::lane),
                        entries.values().stream().map(QueueEntry::lane))
                .distinct()
                .forEach(lane -> {
                    List<QueueEntry> all =
                            entries.values().stream().filter(e -> e.lane().equals(lane)).toList();
                    lanes.add(census(lane, all));
                });
        return lanes;
    }

    private LaneCensus census(Lane lane, List<QueueEntry> all) {
        return new LaneCensus(
                records.getOrDefault(lane, LaneRecord.well(lane)),
                all.stream().filter(FakeDisk::isQueued).count(),
                all.stream().filter(e -> !isQueued(e)).count(),
                all.stream().map(QueueEntry::envelope).mapToLong(Envelope::sizeBytes).sum(),
                rest(all, List.of(), e -> e.envelope().acceptedAt()),
                rest(
                        all.stream().filter(FakeDisk::isQueued).toList(),
                        List.of(),
                        QueueEntry::nextAttempt));
    }

    private void move(EntryId id, List<QueueChange.Move.Part> parts) {
        QueueEntry old = entry(id);
        for (QueueChange.Move.Part part : parts) {
            var moved =
                    new QueueEntry(
                            new EntryId(id.message(), lastIndex(id.message()) + 1),
                            old.envelope(),
                            part.lane(),
                            part.recipients(),
                            old.status(),
                            old.attempts(),
                            old.nextAttempt(),
                            old.lastTrouble(),
                            old.delayNotice());
            entries.put(moved.id(), moved);
        }
        entries.remove(id);
    }

    private int lastIndex(QueueId message) {
        return entries.keySet().stream()
                .filter(id -> id.message().equals(message))
                .mapToInt(EntryId::index)
                .max()
                .orElseThrow();
    }

    private void replace(EntryId id, java.util.function.UnaryOperator<QueueEntry> change) {
        QueueEntry old = entries.get(id);
        if (old == null) throw new AssertionError("a change for " + id + ", which has ended");
        entries.put(id, change.apply(old));
    }

    private static QueueEntry with(
            QueueEntry e, Lane lane, EntryStatus status, Instant next, DelayNotice notice) {
        return new QueueEntry(
                e.id(),
                e.envelope(),
                lane,
                e.recipients(),
                status,
                e.attempts(),
                next,
                e.lastTrouble(),
                notice);
    }

    private static boolean isQueued(QueueEntry entry) {
        return entry.status() == EntryStatus.QUEUED;
    }

    private static Comparator<QueueEntry> byNext() {
        return Comparator.comparing(QueueEntry::nextAttempt);
    }

    private static Comparator<QueueEntry> byAge() {
        return Comparator.comparing(e -> e.envelope().acceptedAt());
    }

    private static Loaded aged(
            LoadQuery query, List<QueueEntry> matching, Instant before, int limit) {
        List<QueueEntry> found =
                matching.stream()
                        .filter(e -> e.envelope().acceptedAt().isBefore(before))
                        .limit(limit)
                        .toList();
        return new Loaded(query, found, rest(matching, found, e -> e.envelope().acceptedAt()));
    }

    private static Instant rest(
            List<QueueEntry> all,
            List<QueueEntry> found,
            java.util.function.Function<QueueEntry, Instant> time) {
        return all.stream()
                .filter(e -> !found.contains(e))
                .map(time)
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
    }
}
