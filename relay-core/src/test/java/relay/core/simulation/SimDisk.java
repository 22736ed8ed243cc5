package relay.core.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneRecord;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.MessageStore.Loaded;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.DelayNotice;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;

/// What is synced: it outlives every process. Questions about it are answered here, changes to it
/// are made by [DiskChanges].
final class SimDisk {
    private static final Comparator<EntryId> ORDER =
            Comparator.comparing(EntryId::message).thenComparingInt(EntryId::index);
    private static final long FIRST_ID = 1L << 50;

    final TreeMap<EntryId, QueueEntry> entries = new TreeMap<>(ORDER);
    final Map<QueueId, byte[]> contents = new HashMap<>();
    final Map<Lane, LaneRecord> records = new LinkedHashMap<>();
    private long lastId = FIRST_ID;

    QueueId newId() {
        return new QueueId(++lastId);
    }

    void accept(QueuedMessage message, byte[] content) {
        message.entries().forEach(entry -> entries.put(entry.id(), inMillis(entry)));
        contents.put(message.id(), content);
    }

    private static QueueEntry inMillis(QueueEntry entry) {
        return DiskChanges.with(entry, entry.status(), entry.nextAttempt(), entry.delayNotice());
    }

    @Nullable QueueEntry find(EntryId id) {
        return entries.get(id);
    }

    List<QueueEntry> ofMessage(QueueId message) {
        return entries.values().stream()
                .filter(entry -> entry.id().message().equals(message))
                .toList();
    }

    Loaded load(LoadQuery query) {
        Predicate<QueueEntry> queued = entry -> entry.status() == EntryStatus.QUEUED;
        return switch (query) {
            case LoadQuery.Due(var lane, var now, _) ->
                    upTo(query, lane, queued, QueueEntry::nextAttempt, due -> !due.isAfter(now));
            case LoadQuery.Older(var lane, var before, _) ->
                    upTo(query, lane, queued, SimDisk::accepted, age -> age.isBefore(before));
            case LoadQuery.Delayed(var lane, var before, _) ->
                    upTo(
                            query,
                            lane,
                            queued.and(entry -> entry.delayNotice() == DelayNotice.NOT_SENT),
                            SimDisk::accepted,
                            age -> age.isBefore(before));
            case LoadQuery.All(var lane, var after, var limit) -> {
                List<QueueEntry> found =
                        inLane(lane).stream()
                                .filter(e ->
                                        after.stream().allMatch(a -> ORDER.compare(e.id(), a) > 0))
                                .limit(limit)
                                .toList();
                yield new Loaded(query, found, Instant.MAX);
            }
            case LoadQuery.Named(var lane, var named) ->
                    new Loaded(
                            query,
                            inLane(lane).stream().filter(e -> named.contains(e.id())).toList(),
                            Instant.MAX);
        };
    }

    private static Instant accepted(QueueEntry entry) {
        return entry.envelope().acceptedAt();
    }

    private List<QueueEntry> inLane(Lane lane) {
        return entries.values().stream().filter(entry -> entry.lane().equals(lane)).toList();
    }

    private Loaded upTo(
            LoadQuery query,
            Lane lane,
            Predicate<QueueEntry> wanted,
            Function<QueueEntry, Instant> time,
            Predicate<Instant> inTime) {
        List<QueueEntry> all =
                inLane(lane).stream().filter(wanted).sorted(Comparator.comparing(time)).toList();
        var found = new ArrayList<QueueEntry>();
        for (QueueEntry entry : all) {
            if (found.size() == query.limit() || !inTime.test(time.apply(entry))) {
                return new Loaded(query, found, time.apply(entry));
            }
            found.add(entry);
        }
        return new Loaded(query, found, Instant.MAX);
    }

    /// Lanes that the operator suspended.
    Set<Lane> suspended() {
        return records.values().stream()
                .filter(record -> record.suspension() == LaneRecord.Suspension.SUSPENDED)
                .map(LaneRecord::lane)
                .collect(Collectors.toCollection(HashSet::new));
    }

    /// Lanes with entries, or with a record worth keeping.
    List<LaneCensus> census() {
        var lanes = new LinkedHashMap<Lane, LaneRecord>();
        records.values().stream()
                .filter(record ->
                        record.failures() > 0
                                || record.suspension() == LaneRecord.Suspension.SUSPENDED)
                .forEach(record -> lanes.put(record.lane(), record));
        for (QueueEntry entry : entries.values()) {
            Lane lane = entry.lane();
            lanes.putIfAbsent(lane, records.getOrDefault(lane, LaneRecord.well(lane)));
        }
        return lanes.entrySet().stream()
                .map(lane -> census(lane.getKey(), lane.getValue()))
                .toList();
    }

    private LaneCensus census(Lane lane, LaneRecord record) {
        List<QueueEntry> all = inLane(lane);
        List<QueueEntry> queued =
                all.stream().filter(entry -> entry.status() == EntryStatus.QUEUED).toList();
        return new LaneCensus(
                record,
                queued.size(),
                (long) all.size() - queued.size(),
                all.stream().mapToLong(entry -> entry.envelope().sizeBytes()).sum(),
                earliest(queued, SimDisk::accepted),
                earliest(queued, QueueEntry::nextAttempt));
    }

    private static Instant earliest(List<QueueEntry> some, Function<QueueEntry, Instant> time) {
        return some.stream().map(time).min(Comparator.naturalOrder()).orElse(Instant.MAX);
    }
}
