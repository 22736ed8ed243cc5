package relay.server.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneStatus;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.MailOrder.Release.Poison;
import relay.core.queue.OrderResult;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.routing.Lane;
import relay.core.routing.SendConnector;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What `/api/v1` answers. Knows no HTTP but the status; any thread; blocks for the queue.
final class QueueApi {
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
    /// the query's limit.
    Answer messages(Selection selection, MessageQuery query) {
        return switch (selector(reads.statuses()).find(selection)) {
            case LaneSelector.Found.Unknown(var ids) -> Answer.unknown(ids);
            case LaneSelector.Found.Selected(var lanes, var entries) -> {
                var found = new ArrayList<>(entries.stream().filter(query.wanted()).toList());
                for (Lane lane : lanes) {
                    if (found.size() > query.limit()) break;
                    entriesOf(lane, selection, query).filter(query.wanted()).forEach(found::add);
                }
                yield Answer.ok(messages(found, query.limit()));
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
    Answer retry(Selection selection, JsonNode body) {
        return lanes(selection, reads::retry);
    }

    /// `POST /api/v1/queues/suspend`: nothing of the selected lanes is attempted until they are
    /// resumed. A message's id stands for the lanes it is in.
    Answer suspend(Selection selection, JsonNode body) {
        return lanes(selection, reads::suspend);
    }

    /// `POST /api/v1/queues/resume`: ends the suspension of the selected lanes and gives what they
    /// hold back to delivery; of messages named by their ids, those alone. What the relay failed over
    /// stays held, unless it is named by its id or `poison` is true.
    Answer resume(Selection selection, JsonNode body) {
        JsonNode poison = body.path("poison");
        if (!poison.isMissingNode() && !poison.isBoolean()) {
            return Answer.error(Answer.BAD_REQUEST, "poison is true or false");
        }
        return found(
                selection,
                found -> {
                    List<Lane> lanes = found.lanes();
                    long kept = lanes.isEmpty() ? 0 : reads.resume(lanes);
                    OrderResult named = release(Poison.TOO, singles(found.entries()));
                    OrderResult held =
                            release(
                                    poison.booleanValue(false) ? Poison.TOO : Poison.STAYS_HELD,
                                    choices(selection, holding(lanes)));
                    long released = named.done() + held.done();
                    ObjectNode said =
                            said(
                                    new OrderResult(
                                            kept + released,
                                            0,
                                            named.leftAlone() + held.leftAlone()),
                                    found);
                    said.put("released", released);
                    said.put("poison", held.poison());
                    return Answer.ok(said);
                });
    }

    private OrderResult release(Poison poison, List<MailChoice> choices) {
        return choices.isEmpty()
                ? new OrderResult(0, 0, 0)
                : reads.order(new MailOrder.Release(poison), choices);
    }

    /// Those of the lanes that hold something.
    private LaneSelector.Found.Selected holding(List<Lane> lanes) {
        List<Lane> holding =
                reads.statuses().stream()
                        .filter(status -> status.held() > 0)
                        .map(LaneStatus::lane)
                        .filter(lanes::contains)
                        .toList();
        return new LaneSelector.Found.Selected(holding, List.of());
    }

    /// `POST /api/v1/messages/hold`: nothing of the selected messages is attempted, nor expires,
    /// until they are resumed.
    Answer hold(Selection selection, JsonNode body) {
        return order(selection, new MailOrder.Hold());
    }

    /// `POST /api/v1/messages/remove`: ends the selected messages; `notice` false: without telling
    /// the senders.
    Answer remove(Selection selection, JsonNode body) {
        JsonNode notice = body.path("notice");
        if (!notice.isMissingNode() && !notice.isBoolean()) {
            return Answer.error(Answer.BAD_REQUEST, "notice is true or false");
        }
        return order(
                selection,
                new MailOrder.Remove(
                        notice.booleanValue(true)
                                ? MailOrder.Remove.Notice.TO_SENDER
                                : MailOrder.Remove.Notice.NONE));
    }

    /// `POST /api/v1/messages/redirect`: sends the selected messages by the connector `to`.
    Answer redirect(Selection selection, JsonNode body) {
        String to = body.path("to").asString("");
        boolean inUse =
                sources.policy()
                        .get()
                        .connector(to)
                        .filter(target -> target.enabled() == SendConnector.Enabled.YES)
                        .isPresent();
        return inUse
                ? order(selection, new MailOrder.Redirect(to))
                : Answer.error(
                        Answer.NOT_FOUND, "no send connector in use has the name \"" + to + "\"");
    }

    private Answer order(Selection selection, MailOrder order) {
        return found(
                selection, found -> answer(reads.order(order, choices(selection, found)), found));
    }

    private static List<MailChoice> choices(
            Selection selection, LaneSelector.Found.Selected found) {
        var choices = new ArrayList<MailChoice>(singles(found.entries()));
        for (Lane lane : found.lanes()) {
            choices.add(
                    selection instanceof Selection.OfDomain(var domain)
                            ? new MailChoice.ForDomain(lane, domain)
                            : new MailChoice.Whole(lane));
        }
        return choices;
    }

    private static List<MailChoice> singles(List<QueueEntry> entries) {
        return entries.stream()
                .<MailChoice>map(entry -> new MailChoice.Single(entry.lane(), List.of(entry.id())))
                .toList();
    }

    private static Answer answer(OrderResult result, LaneSelector.Found.Selected found) {
        return Answer.ok(said(result, found));
    }

    private static ObjectNode said(OrderResult result, LaneSelector.Found.Selected found) {
        ObjectNode body = QueueJson.object();
        body.put("messages", result.done());
        body.put("underWay", result.underWay());
        body.put("leftAlone", result.leftAlone());
        names(body, found.touched());
        return body;
    }

    private Answer lanes(Selection selection, ToLongFunction<List<Lane>> change) {
        return found(
                selection,
                found -> {
                    List<Lane> lanes = found.touched();
                    ObjectNode body = QueueJson.object();
                    body.put("messages", lanes.isEmpty() ? 0 : change.applyAsLong(lanes));
                    names(body, lanes);
                    return Answer.ok(body);
                });
    }

    private static void names(ObjectNode body, List<Lane> lanes) {
        var queues = body.putArray("queues");
        lanes.stream().map(Lane::toString).forEach(queues::add);
    }

    private Answer found(
            Selection selection, Function<LaneSelector.Found.Selected, Answer> answer) {
        return switch (selector(reads.statuses()).find(selection)) {
            case LaneSelector.Found.Unknown(var ids) -> Answer.unknown(ids);
            case LaneSelector.Found.Selected found -> answer.apply(found);
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

    /// One more than the limit, so that the caller can tell that there are more.
    private Stream<QueueEntry> entriesOf(Lane lane, Selection selection, MessageQuery query) {
        return switch (selection) {
            case Selection.OfDomain(var domain) ->
                    read(lane, MessageQuery.MAX_LIMIT).stream()
                            .filter(entry ->
                                    entry.recipients().stream()
                                            .anyMatch(to -> to.domain().equals(domain)));
            case Selection.All _, Selection.Ids _, Selection.OfConnector _ ->
                    switch (query.scan()) {
                        case AS_MANY_AS_WANTED -> read(lane, query.limit() + 1).stream();
                        case AS_MANY_AS_ALLOWED -> read(lane, MessageQuery.MAX_LIMIT).stream();
                    };
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
