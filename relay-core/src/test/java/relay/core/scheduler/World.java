package relay.core.scheduler;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Diagnostic;
import relay.core.queue.Envelope;
import relay.core.queue.LaneStatus;
import relay.core.queue.MessageStore.LoadQuery;
import relay.core.queue.NoticeRequest;
import relay.core.queue.OrderResult;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.AddressSpace;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.routing.Lane;
import relay.core.routing.Origin;
import relay.core.routing.PolicyTable;
import relay.core.routing.RetrySchedule;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.HostLimits;
import relay.core.smtp.MailParameters.Returned;
import relay.core.smtp.RcptParameters;
import relay.core.smtp.RcptParameters.Notify;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;
import relay.core.tls.TlsProof;
import relay.core.tls.TlsRequirement;
import relay.core.tls.Unmet.Shortfall;

/// A scheduler with a disk and no network: the test plays the sessions. Answers of the disk and of
/// the writer of notices wait until the test lets them through.
final class World {
    static final Instant START = Instant.parse("2026-11-23T12:00:00Z");
    static final TlsProof IN_CLEAR =
            new TlsProof("mx", List.of(), new Evidence.Plaintext(Shortfall.NOT_OFFERED, ""));
    static final Reply OK = Reply.of(250, 0, 0, "ok");

    final FakeDisk disk = new FakeDisk();
    final Deque<Runnable> pendingAnswers = new ArrayDeque<>();
    final Map<SessionId, Lane> sessions = new LinkedHashMap<>();
    final Map<SessionId, List<QueueEntry>> offered = new HashMap<>();
    final Set<SessionId> finishing = new HashSet<>();
    final Map<SessionId, HostLimits> opened = new HashMap<>();
    final Set<EntryId> inFlight = new HashSet<>();
    final List<Action.Notify> notices = new ArrayList<>();
    final List<Action.WarnOfDelay> warnings = new ArrayList<>();
    final List<Action> told = new ArrayList<>();
    final List<OrderResult> results = new ArrayList<>();
    Instant now = START;

    /// Whether no notice can be written.
    boolean noticesFail;

    PolicyTable policy;
    Scheduler scheduler;

    /// Sessions about which something was ordered, in that order; for the test to take.
    final Deque<SessionId> stirred = new ArrayDeque<>();

    private final SchedulerLimits limits;
    private long lastId;

    World(SchedulerLimits limits, PolicyTable policy) {
        this.limits = limits;
        this.policy = policy;
        this.scheduler = new Scheduler(limits, policy);
    }

    static World simple() {
        return new World(SchedulerLimits.DEFAULT, policy(OnTlsFailure.QUEUE));
    }

    static PolicyTable policy(OnTlsFailure onTlsFailure, DomainFloor... floors) {
        return new PolicyTable(List.of(connector(onTlsFailure)), List.of(floors));
    }

    static SendConnector connector(OnTlsFailure onTlsFailure) {
        return connector(
                onTlsFailure,
                new RetrySchedule(
                        List.of(Duration.ofMinutes(1), Duration.ofMinutes(10)),
                        Duration.ofDays(2),
                        Duration.ofHours(4)));
    }

    static SendConnector connector(OnTlsFailure onTlsFailure, RetrySchedule retry) {
        return new SendConnector(
                "internet",
                new Origin("connectors.yaml", 1),
                SendConnector.Enabled.YES,
                List.of(new AddressSpace(new DomainPattern.Any(), 1)),
                List.of(),
                List.of(),
                new TlsRequirement.None(),
                SendConnector.PlaintextFallback.ALLOWED,
                onTlsFailure,
                1_000_000,
                retry);
    }

    static Diagnostic trouble(int statusClass) {
        return Diagnostic.of(
                Diagnostic.Reason.CONNECTION,
                new EnhancedStatus(statusClass, 4, 1),
                "connection refused",
                "mx");
    }

    QueuedMessage message(long sizeBytes, String... recipients) {
        var id = new QueueId(++lastId);
        var envelope =
                new Envelope(
                        id,
                        new ReversePath.Sender(mailbox("sender@here.example")),
                        Set.of(),
                        sizeBytes,
                        now,
                        "internal",
                        InetAddress.getLoopbackAddress());
        var byLane = new LinkedHashMap<Lane, List<Mailbox>>();
        for (String recipient : recipients) {
            Mailbox mailbox = mailbox(recipient);
            Lane lane = policy.route(mailbox.domain(), envelope.source()).lane();
            byLane.computeIfAbsent(lane, _ -> new ArrayList<>()).add(mailbox);
        }
        var entries = new ArrayList<QueueEntry>();
        byLane.forEach(
                (lane, to) -> entries.add(QueueEntry.fresh(envelope, entries.size(), lane, to)));
        return new QueuedMessage(envelope, entries);
    }

    /// One message to recipients of one lane, of whom the sender wants to hear these things.
    QueueEntry acceptAsking(Map<String, Set<Notify>> recipients) {
        QueuedMessage plain = message(100, recipients.keySet().toArray(String[]::new));
        var asked = new HashMap<Mailbox, RcptParameters>();
        recipients.forEach((to, events) -> asked.put(mailbox(to), new RcptParameters(events, "")));
        Envelope asking = plain.envelope().asking(new NoticeRequest(Returned.NOT_SAID, "", asked));
        QueueEntry entry = plain.entries().getFirst();
        var fresh = QueueEntry.fresh(asking, 0, entry.lane(), entry.recipients());
        accept(new QueuedMessage(asking, List.of(fresh)));
        return fresh;
    }

    static Mailbox mailbox(String text) {
        int at = text.lastIndexOf('@');
        return new Mailbox(
                text.substring(0, at), Domain.parse(text.substring(at + 1)).orElseThrow());
    }

    QueuedMessage accept(String... recipients) {
        QueuedMessage message = message(2000, recipients);
        accept(message);
        return message;
    }

    void accept(QueuedMessage message) {
        disk.accept(message);
        on(new SchedulerEvent.Accepted(List.of(message)));
    }

    void on(SchedulerEvent event) {
        scheduler.on(event, now).forEach(this::carryOut);
    }

    /// Lets every answer through, and those to the questions they raise.
    void settle() {
        for (int i = 0; i < 10_000 && !pendingAnswers.isEmpty(); i++) pendingAnswers.poll().run();
        if (!pendingAnswers.isEmpty()) throw new AssertionError("the scheduler asks for ever");
    }

    void pass(Duration time) {
        now = now.plus(time);
        on(new SchedulerEvent.Tick());
        settle();
    }

    void restart() {
        sessions.clear();
        offered.clear();
        finishing.clear();
        inFlight.clear();
        pendingAnswers.clear();
        scheduler = new Scheduler(limits, policy);
        on(new SchedulerEvent.Started(disk.census()));
        settle();
    }

    // The sessions' side

    SessionId onlySession() {
        if (sessions.size() != 1) throw new AssertionError("sessions: " + sessions);
        return sessions.keySet().iterator().next();
    }

    void open(SessionId session) {
        open(session, HostLimits.NONE);
    }

    void open(SessionId session, HostLimits limits) {
        opened.put(session, limits);
        on(new SchedulerEvent.SessionOpened(session, limits));
        on(new SchedulerEvent.SessionReady(session, 2));
        settle();
    }

    List<QueueEntry> at(SessionId session) {
        return offered.getOrDefault(session, List.of());
    }

    void answer(SessionId session, QueueEntry entry, DeliveryOutcome outcome) {
        var outcomes = new LinkedHashMap<Mailbox, DeliveryOutcome>();
        entry.recipients().forEach(recipient -> outcomes.put(recipient, outcome));
        answer(session, entry, outcomes);
    }

    void answer(SessionId session, QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes) {
        offered.getOrDefault(session, new ArrayList<>()).remove(entry);
        inFlight.remove(entry.id());
        on(new SchedulerEvent.AttemptEnded(session, entry, outcomes, IN_CLEAR));
        on(new SchedulerEvent.SessionReady(session, 1));
    }

    void deliverAll(SessionId session) {
        while (!at(session).isEmpty()) {
            answer(session, at(session).getFirst(), new DeliveryOutcome.Delivered(OK));
            settle();
        }
    }

    void end(SessionId session, SchedulerEvent.Ending ending) {
        for (QueueEntry entry : List.copyOf(at(session))) {
            inFlight.remove(entry.id());
            on(new SchedulerEvent.EntryReturned(session, entry));
        }
        sessions.remove(session);
        offered.remove(session);
        on(new SchedulerEvent.SessionEnded(session, ending));
    }

    QueueEntry onlyEntry() {
        if (disk.entries.size() != 1) throw new AssertionError("entries: " + disk.entries);
        return disk.entries.values().iterator().next();
    }

    LaneStatus status() {
        List<LaneStatus> lanes = scheduler.status(now);
        if (lanes.size() != 1) throw new AssertionError("lanes: " + lanes);
        return lanes.getFirst();
    }

    private void carryOut(Action action) {
        switch (action) {
            case Action.OpenSession(var id, var lane) -> {
                sessions.put(id, lane);
                stirred.add(id);
            }
            case Action.Offer(var id, var entry) -> {
                offer(id, entry);
                stirred.add(id);
            }
            case Action.FinishSession(var id) -> {
                finishing.add(id);
                stirred.add(id);
            }
            case Action.Load(var query) -> load(query);
            case Action.Change(var change) -> disk.apply(change);
            case Action.Notify bounce -> bounce(bounce);
            case Action.WarnOfDelay warn -> warn(warn);
            case Action.OrderDone(_, var result) -> results.add(result);
            case Action.Tell _ -> told.add(action);
        }
    }

    private void offer(SessionId session, QueueEntry entry) {
        if (!disk.entries.containsKey(entry.id())) {
            throw new AssertionError("offered " + entry.id() + ", which has ended");
        }
        if (!inFlight.add(entry.id())) throw new AssertionError(entry.id() + " in flight twice");
        if (!entry.recipients().stream().allMatch(to -> isAtHome(entry, to))) {
            throw new AssertionError("offered " + entry.id() + " in a lane that is not its own");
        }
        if (finishing.contains(session)) throw new AssertionError("offered after the finish");
        if (!opened.getOrDefault(session, HostLimits.NONE).fit(entry.recipients())) {
            throw new AssertionError("offered " + entry.id() + ", more than the host takes");
        }
        offered.computeIfAbsent(session, _ -> new ArrayList<>()).add(entry);
    }

    /// Whether the policy may have put mail for that recipient there.
    private boolean isAtHome(QueueEntry entry, Mailbox recipient) {
        Envelope envelope = entry.envelope();
        var lanes = new ArrayList<Lane>();
        lanes.add(policy.lane(recipient.domain(), envelope.source(), entry.lane()));
        lanes.addAll(
                policy.alternatives(recipient.domain(), envelope.source(), envelope.sizeBytes()));
        return lanes.stream()
                .map(lane -> lane.forMessages(envelope.binding()))
                .anyMatch(entry.lane()::equals);
    }

    /// The disk answers with what it has when it is asked; the scheduler hears of it later.
    private void load(LoadQuery query) {
        var loaded = disk.load(query);
        pendingAnswers.add(() -> on(new SchedulerEvent.EntriesLoaded(loaded)));
    }

    private void bounce(Action.Notify bounce) {
        pendingAnswers.add(() -> {
            if (noticesFail) {
                setAside(bounce);
            } else {
                notices.add(bounce);
                disk.apply(bounce.change());
            }
            on(new SchedulerEvent.Settled(bounce.entry().lane(), bounce.entry().id()));
        });
    }

    private void setAside(Action.Notify bounce) {
        var why = bounce.failed().values().stream().limit(1).toList();
        disk.apply(new QueueChange.SetStatus(bounce.entry().id(), EntryStatus.HELD, why));
        on(new SchedulerEvent.SetAside(bounce));
    }

    private void warn(Action.WarnOfDelay warn) {
        pendingAnswers.add(() -> {
            QueueEntry entry = warn.entry();
            warnings.add(warn);
            if (disk.entries.containsKey(entry.id())) {
                disk.apply(new QueueChange.DelayNoticeSent(entry.id(), List.of()));
            }
            on(new SchedulerEvent.Warned(entry.lane(), entry.id()));
        });
    }
}
