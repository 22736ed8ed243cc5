package relay.server.tracking;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Consumer;
import relay.core.queue.QueueId;
import relay.server.tracking.ProofStatement.Waiting;

/// Counts for a [ProofStatement]. It hears of the partner's records and of the troubles of every
/// lane, since what waits behind a host that cannot be reached has no record of its own for that.
/// Confined to one thread.
final class ProofTally implements LogReader.Visitor {
    private static final int MAX_WAITING_SHOWN = 1_000;

    /// A delivery may be told a moment before the reception.
    private static final int MAX_EARLY_ENDS = 10_000;

    private final Selection wanted;
    private final Consumer<String> notes;
    private final Set<Long> messages = new HashSet<>();
    private final Map<String, Long> byDemands = new HashMap<>();
    private final Map<String, Long> byProtocol = new HashMap<>();
    private final Map<String, Long> byCertificate = new HashMap<>();
    private final SequencedMap<Key, Open> open = new LinkedHashMap<>();
    private final SequencedSet<Key> ended = new LinkedHashSet<>();
    private final Map<String, String> laneTroubles = new HashMap<>();
    private final List<Gap> gaps = new ArrayList<>();
    private long deliveries;
    private long recipients;
    private long encrypted;
    private long failed;
    private long damaged;

    private record Key(String id, String recipient) {}

    private record Open(String since, String sender, String lane, String why) {}

    ProofTally(Selection wanted, Consumer<String> notes) {
        this.wanted = wanted;
        this.notes = notes;
    }

    @Override
    public void record(TrackedRecord record) {
        if (record.text("id").isEmpty()) {
            laneTroubles.put(record.text("lane"), record.text("why"));
            return;
        }
        List<String> to = ProofRows.recipients(record, wanted);
        switch (record.event()) {
            case "RECEIVE", "DEFER", "DSN" -> to.forEach(one -> wait(record, one));
            case "SEND" -> sent(record, to);
            case "FAIL", "DROP" -> {
                failed += to.size();
                to.forEach(one -> end(record, one));
            }
            default -> {}
        }
    }

    private void wait(TrackedRecord record, String recipient) {
        var key = new Key(record.text("id"), recipient);
        if (ended.remove(key)) return;
        Open before = open.get(key);
        String since = before == null ? record.time() : before.since();
        String why = record.text("why");
        open.put(key, new Open(since, record.text("sender"), record.text("lane"), why));
    }

    private void end(TrackedRecord record, String recipient) {
        var key = new Key(record.text("id"), recipient);
        if (open.remove(key) != null) return;
        ended.add(key);
        if (ended.size() > MAX_EARLY_ENDS) ended.removeFirst();
    }

    private void sent(TrackedRecord record, List<String> to) {
        QueueId.parse(record.text("id")).ifPresent(id -> messages.add(id.value()));
        deliveries++;
        recipients += to.size();
        to.forEach(one -> end(record, one));
        if (!record.isEncrypted()) return;
        encrypted++;
        List<String> demands = record.demands();
        count(byDemands, demands.isEmpty() ? "nothing demanded it" : String.join("; ", demands));
        count(byProtocol, record.tls().path("protocol").asString());
        String sha256 = record.certificate().path("sha256").asString("");
        if (!sha256.isEmpty()) {
            count(byCertificate, record.certificate().path("subject").asString() + " " + sha256);
        }
    }

    private static void count(Map<String, Long> counts, String what) {
        counts.merge(what, 1L, Long::sum);
    }

    @Override
    public void gap(TrackedRecord gap) {
        gaps.add(Gap.of(gap));
    }

    @Override
    public void damaged(String place, String what) {
        damaged++;
        notes.accept(place + ": " + what);
    }

    ProofStatement statement(String logBegins) {
        return new ProofStatement(
                wanted.recipient(),
                RecordShape.time(wanted.start()),
                RecordShape.time(wanted.end()),
                messages.size(),
                deliveries,
                recipients,
                encrypted,
                deliveries - encrypted,
                mostFirst(byDemands),
                mostFirst(byProtocol),
                mostFirst(byCertificate),
                failed,
                open.entrySet().stream()
                        .limit(MAX_WAITING_SHOWN)
                        .map(one -> waiting(one.getKey(), one.getValue()))
                        .toList(),
                open.size(),
                gaps,
                logBegins,
                damaged);
    }

    private Waiting waiting(Key key, Open open) {
        String why =
                Optional.of(open.why())
                        .filter(text -> !text.isEmpty())
                        .orElseGet(() -> laneTroubles.getOrDefault(open.lane(), "not tried yet"));
        return new Waiting(open.since(), key.id(), open.sender(), key.recipient(), why);
    }

    private static SequencedMap<String, Long> mostFirst(Map<String, Long> counts) {
        var sorted = new LinkedHashMap<String, Long>();
        counts.entrySet().stream()
                .sorted(
                        Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                                .thenComparing(Map.Entry.comparingByKey()))
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }
}
