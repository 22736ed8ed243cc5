package relay.server.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneStatus;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.routing.Lane;
import tools.jackson.databind.node.ObjectNode;

/// What `/api/v1` answers. Knows no HTTP but the status; any thread; blocks for the queue.
final class QueueApi {
    /// How many messages an answer has where the request does not say.
    static final int DEFAULT_LIMIT = 1000;

    /// The most messages that an answer has, and that are looked at in each lane.
    static final int MAX_LIMIT = 10_000;

    private final AdminSources sources;
    private final QueueReads reads;

    QueueApi(AdminSources sources, QueueReads reads) {
        this.sources = sources;
        this.reads = reads;
    }

    /// `GET /api/v1/queues`: the selected lanes, with their numbers and the oldest message's age.
    Answer queues(Selection selection) {
        List<LaneStatus> statuses = reads.statuses();
        return switch (selector(statuses).find(selection)) {
            case LaneSelector.Found.Unknown(var ids) -> Answer.unknown(ids);
            case LaneSelector.Found.Selected found -> {
                List<Lane> wanted = found.touched();
                Map<Lane, Instant> oldest = oldest();
                Instant now = sources.clock().instant();
                ObjectNode body = QueueJson.object();
                var queues = body.putArray("queues");
                statuses.stream()
                        .filter(status -> wanted.contains(status.lane()))
                        .map(status ->
                                QueueJson.lane(
                                        status,
                                        Optional.ofNullable(oldest.get(status.lane())),
                                        now))
                        .forEach(queues::add);
                yield Answer.ok(body);
            }
        };
    }

    /// `GET /api/v1/messages`: the selected messages, the oldest of each lane first, at most
    /// `limit`.
    Answer messages(Selection selection, int limit) {
        return switch (selector(reads.statuses()).find(selection)) {
            case LaneSelector.Found.Unknown(var ids) -> Answer.unknown(ids);
            case LaneSelector.Found.Selected(var lanes, var entries) -> {
                var found = new ArrayList<QueueEntry>(entries);
                for (Lane lane : lanes) {
                    if (found.size() <= limit) found.addAll(entriesOf(lane, selection, limit));
                }
                yield Answer.ok(messages(found, limit));
            }
        };
    }

    /// `GET /api/v1/messages/{id}`: what is left of one message, an element for each lane.
    Answer message(String id) {
        List<QueueEntry> entries =
                QueueId.parse(id)
                        .map(known -> reads.fromDisk(() -> sources.view().message(known)))
                        .orElse(List.of());
        return entries.isEmpty()
                ? Answer.unknown(List.of(id))
                : Answer.ok(messages(entries, entries.size()));
    }

    /// `POST /api/v1/queues/retry`: makes the selected lanes' messages due at once. A message's id
    /// stands for the lanes it is in.
    Answer retry(Selection selection) {
        return change(selection, reads::retry);
    }

    /// `POST /api/v1/queues/resume`: gives the held messages of the selected lanes back to delivery.
    Answer resume(Selection selection) {
        return change(selection, reads::resume);
    }

    private Answer change(Selection selection, ToLongFunction<List<Lane>> change) {
        return switch (selector(reads.statuses()).find(selection)) {
            case LaneSelector.Found.Unknown(var ids) -> Answer.unknown(ids);
            case LaneSelector.Found.Selected found -> {
                List<Lane> lanes = found.touched();
                ObjectNode body = QueueJson.object();
                body.put("messages", lanes.isEmpty() ? 0 : change.applyAsLong(lanes));
                var queues = body.putArray("queues");
                lanes.stream().map(Lane::toString).forEach(queues::add);
                yield Answer.ok(body);
            }
        };
    }

    private LaneSelector selector(List<LaneStatus> statuses) {
        List<Lane> lanes = statuses.stream().map(LaneStatus::lane).toList();
        return new LaneSelector(lanes, sources.policy().get(), sources.view(), reads);
    }

    private Map<Lane, Instant> oldest() {
        var oldest = new HashMap<Lane, Instant>();
        for (LaneCensus census : reads.fromDisk(() -> sources.view().lanes())) {
            if (census.oldest().equals(Instant.MAX)) continue;
            oldest.put(census.record().lane(), census.oldest());
        }
        return oldest;
    }

    /// One more than `limit`, so that the caller can tell that there are more.
    private List<QueueEntry> entriesOf(Lane lane, Selection selection, int limit) {
        return switch (selection) {
            case Selection.OfDomain(var domain) ->
                    read(lane, MAX_LIMIT).stream()
                            .filter(entry ->
                                    entry.recipients().stream()
                                            .anyMatch(to -> to.domain().equals(domain)))
                            .toList();
            case Selection.All _, Selection.Ids _, Selection.OfConnector _ -> read(lane, limit + 1);
        };
    }

    private List<QueueEntry> read(Lane lane, int limit) {
        return reads.fromDisk(() -> sources.view().entries(lane, limit));
    }

    private ObjectNode messages(List<QueueEntry> entries, int limit) {
        Instant now = sources.clock().instant();
        ObjectNode body = QueueJson.object();
        body.put("truncated", entries.size() > limit);
        var messages = body.putArray("messages");
        entries.stream()
                .limit(limit)
                .map(entry -> QueueJson.entry(entry, now))
                .forEach(messages::add);
        return body;
    }
}
