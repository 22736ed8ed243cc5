package relay.core.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import relay.core.queue.Diagnostic;
import relay.core.queue.LaneCensus;
import relay.core.queue.LaneRecord;
import relay.core.queue.LaneRecord.Suspension;
import relay.core.queue.LaneStatus;
import relay.core.queue.LaneStatus.Status;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueEntry.EntryId;
import relay.core.queue.QueueEntry.EntryStatus;
import relay.core.routing.ConnectorConnections;
import relay.core.routing.DomainFloor;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.routing.RetrySchedule;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.Enabled;

/// What the scheduler knows of one lane: how much it has, what of it is in memory, how its next hop
/// fares. Confined to the scheduler's thread.
final class LaneState {
    /// How long no further connection is opened after one was refused while others serve.
    private static final Duration PAUSE = Duration.ofSeconds(10);

    final Lane lane;
    final ReadyQueue ready;
    final List<Session> sessions = new ArrayList<>();
    final Window window;
    final DiskView disk = new DiskView();

    /// Entries that are ready, offered, or being ended: what is read from disk meanwhile is no
    /// news.
    final Set<EntryId> known = new HashSet<>();

    /// Entries that were under way when the relay failed: the next attempt, alone, tells which of
    /// them it was.
    final Set<EntryId> suspects = new HashSet<>();

    /// Entries whose senders are being told of a delay.
    final Set<EntryId> warning = new HashSet<>();

    /// What the open questions about the lane's entries are asked for, in their order.
    final Deque<Look> looks = new ArrayDeque<>();

    /// Orders for entries that are being attempted, to be carried out when they come back.
    final Map<EntryId, Look> standingOrders = new HashMap<>();

    Instant lastTry = Instant.MIN;
    private final LastMinute incoming = new LastMinute();
    private final LastMinute outgoing = new LastMinute();
    private @Nullable SendConnector connector;
    private @Nullable DomainFloor floor;

    /// The connector that this lane's stands in for, where the policy lets it.
    private @Nullable SendConnector first;

    private LaneRecord record;
    private Reach reach = Reach.SOMEBODY;
    private @Nullable Verdict verdict;
    private Instant openAfter = Instant.MIN;
    private long queued;
    private long held;
    private long bytes;

    /// A failure that decides the fate of all mail that had been accepted by then.
    record Verdict(Fate fate, Diagnostic why, Instant acceptedUpTo) {
        enum Fate {
            BOUNCE,
            HOLD
        }
    }

    /// Whether the last failure was that nobody could be reached.
    enum Reach {
        SOMEBODY,
        NOBODY;

        /// What a failure to get a session shows: of several troubles the diagnostic has the most
        /// telling, and that of the line tells least but for the DNS.
        static Reach of(Diagnostic why) {
            return switch (why.reason()) {
                case CONNECTION, TIMEOUT -> NOBODY;
                case DNS, TLS, AUTHENTICATION, REPLY, CAPABILITY, EXPIRED, LOCAL, POISON ->
                        SOMEBODY;
            };
        }
    }

    LaneState(Lane lane, ReadyQueue ready, Window window, PolicyTable policy) {
        this.lane = lane;
        this.ready = ready;
        this.window = window;
        this.record = LaneRecord.well(lane);
        this.connector = policy.connector(lane.connector()).orElse(null);
        this.floor = policy.floorOf(lane).orElse(null);
        this.first = policy.standsInFor(lane).orElse(null);
    }

    void remember(LaneCensus census) {
        record = census.record();
        queued = census.queuedEntries();
        held = census.heldEntries();
        bytes = census.bytes();
        disk.begin(census.nextAttempt(), census.oldest());
    }

    /// Whether what the disk says is further away than any delay of the schedule: then the clock was
    /// set back, or the schedule was shortened, since it was written.
    boolean waitsTooLong(LaneCensus census, Instant now) {
        Instant latest = now.plus(schedule().longestDelay());
        boolean entriesWait = queued > 0 && census.nextAttempt().isAfter(latest);
        return entriesWait || (isFailing() && record.retryAt().isAfter(latest));
    }

    /// Takes over what a configuration says of this lane; true where that is something new.
    boolean adopt(PolicyTable policy) {
        SendConnector newConnector = policy.connector(lane.connector()).orElse(null);
        DomainFloor newFloor = policy.floorOf(lane).orElse(null);
        SendConnector newFirst = policy.standsInFor(lane).orElse(null);
        boolean changed =
                !Objects.equals(connector, newConnector)
                        || !Objects.equals(floor, newFloor)
                        || !Objects.equals(first, newFirst);
        first = newFirst;
        connector = newConnector;
        floor = newFloor;
        return changed;
    }

    Optional<SendConnector> connector() {
        return Optional.ofNullable(connector);
    }

    /// Whether the configuration in force still has this lane.
    boolean isConfigured() {
        return connector != null
                && connector.enabled() == Enabled.YES
                && connector.isDnsRouted() != lane.nextHop().equals(Lane.SMART_HOSTS)
                && (floor != null) != lane.floor().isEmpty()
                && (first != null) == lane.isFailedOver();
    }

    /// Whether whatever is in it, or comes back to it, belongs elsewhere.
    boolean isObsolete() {
        return !isConfigured() && !lane.isUnreachable();
    }

    ConnectorConnections connections() {
        return connector == null ? ConnectorConnections.DEFAULT : connector.connections();
    }

    /// What its operator makes of the troubles with its hosts.
    ErrorRules errorRules() {
        return new ErrorRules(connector == null ? List.of() : connector.errorPolicies());
    }

    /// That of the connector that the policy chose, whoever stands in for it.
    RetrySchedule schedule() {
        if (first != null) return first.retry();
        return connector == null ? RetrySchedule.DEFAULT : connector.retry();
    }

    // How much

    void gains(QueueEntry entry, Instant now) {
        incoming.count(now);
        if (entry.status() == EntryStatus.HELD) held++;
        else queued++;
        bytes += entry.envelope().sizeBytes();
        disk.accepted(entry.envelope().acceptedAt());
    }

    /// The entry has ended or moved away, or will as soon as what was ordered is done.
    void loses(QueueEntry entry, Instant now) {
        outgoing.count(now);
        if (entry.status() == EntryStatus.HELD) held--;
        else queued--;
        bytes -= entry.envelope().sizeBytes();
    }

    void holds() {
        queued--;
        held++;
    }

    /// The entry was to end, or to go on without those who failed, and is held.
    void setsAside(Action.Notify asked) {
        if (!(asked.change() instanceof QueueChange.End)) {
            holds();
            return;
        }
        held++;
        bytes += asked.entry().envelope().sizeBytes();
    }

    void releases(QueueEntry entry) {
        queued++;
        held--;
        disk.accepted(entry.envelope().acceptedAt());
    }

    /// From now on the disk alone knows the entry, if it is still there.
    void forget(EntryId id) {
        known.remove(id);
        suspects.remove(id);
        disk.left(id);
    }

    long queued() {
        return queued;
    }

    boolean hasWork(Instant now) {
        return !ready.isEmpty() || disk.isDue(now);
    }

    boolean isEmpty() {
        return queued + held == 0
                && sessions.isEmpty()
                && known.isEmpty()
                && warning.isEmpty()
                && disk.isQuiet()
                && record.suspension() == Suspension.NONE;
    }

    // How it fares

    boolean mayAttempt(Instant now) {
        return isConfigured() && record.suspension() == Suspension.NONE && !isResting(now);
    }

    boolean isResting(Instant now) {
        return isFailing() && now.isBefore(record.retryAt());
    }

    boolean isFailing() {
        return record.failures() > 0;
    }

    /// Whether the last trouble says that nobody could be reached, or that whoever was there is gone.
    boolean maybeDown() {
        return isFailing()
                && lastTrouble().filter(why -> Reach.of(why) == Reach.NOBODY).isPresent();
    }

    void countsAsDown() {
        reach = Reach.NOBODY;
    }

    /// Whether its hosts could not be reached, and have not been since.
    boolean isDown() {
        return isFailing() && reach == Reach.NOBODY;
    }

    /// Whether its mail may go by another connector now.
    boolean mayBeLeft() {
        return isDown() && !isSuspended() && !lane.isRedirected() && mayFailOver();
    }

    boolean mayFailOver() {
        return connector != null && connector.mayFailOver() && !lane.isFailedOver();
    }

    /// Whether it is of use to mail that would otherwise wait; mail does not come to find that out.
    boolean canStandIn() {
        return !isSuspended() && !isFailing();
    }

    boolean isSuspended() {
        return record.suspension() == Suspension.SUSPENDED;
    }

    /// Sessions that may still be given something; one that is saying goodbye can take its time.
    long usableSessions() {
        int max = connections().maxMessagesPerConnection();
        return sessions.stream().filter(session -> session.takesPlace(max)).count();
    }

    /// Whether an entry could be offered at once.
    boolean canSend(Instant now) {
        return !ready.isEmpty() && mayAttempt(now) && sessions.stream().anyMatch(Session::canTake);
    }

    boolean isServed() {
        return sessions.stream().anyMatch(session -> session.phase == Session.Phase.SERVING);
    }

    Optional<Diagnostic> lastTrouble() {
        return record.lastTrouble().stream().findFirst();
    }

    /// No host took part: the lane rests, as long as its schedule says of such a failure.
    LaneRecord fails(Diagnostic why, Reach shown, Instant now) {
        reach = shown;
        int failures = record.failures() + 1;
        Instant retryAt = now.plus(restAfter(failures, why));
        record = new LaneRecord(lane, record.suspension(), failures, retryAt, List.of(why));
        return record;
    }

    /// A host that lets us in and then loses every message would never run out of quick tries.
    private Duration restAfter(int failures, Diagnostic why) {
        var rules = new RetryRules(schedule());
        return switch (reach) {
            case NOBODY -> rules.delayAfter(failures, why);
            case SOMEBODY -> rules.steadyDelayAfter(failures, why);
        };
    }

    LaneRecord recovers() {
        verdict = null;
        reach = Reach.SOMEBODY;
        record = new LaneRecord(lane, record.suspension(), 0, Instant.EPOCH, List.of());
        return record;
    }

    LaneRecord suspension(Suspension wanted) {
        record =
                new LaneRecord(
                        lane, wanted, record.failures(), record.retryAt(), record.lastTrouble());
        return record;
    }

    /// The next attempt may begin at once; the failures so far still count.
    void retries(Turn turn) {
        boolean wasFailing = isFailing();
        verdict = null;
        openAfter = turn.now;
        record =
                new LaneRecord(
                        lane,
                        record.suspension(),
                        record.failures(),
                        turn.now,
                        record.lastTrouble());
        if (wasFailing) turn.change(new QueueChange.RecordLane(record));
    }

    void pause(Instant now) {
        window.shrink();
        openAfter = now.plus(PAUSE);
    }

    /// Decides the fate of all mail accepted by now, and of what was accepted "later" because the
    /// clock has been set back: it would order one connection after the other.
    void condemn(Verdict.Fate fate, Diagnostic why, Instant now) {
        verdict = new Verdict(fate, why, ready.latestAcceptance(now));
    }

    Optional<Verdict> verdict() {
        return Optional.ofNullable(verdict);
    }

    /// How many sessions the lane may have: one to find out whether a failing next hop is back.
    int sessionLimit(Instant now) {
        if (isFailing()) return 1;
        return sessions.isEmpty() || !now.isBefore(openAfter) ? window.size() : 0;
    }

    LaneStatus status(Instant now) {
        long active = sessions.stream().mapToLong(session -> session.offered.size()).sum();
        Status status = status(active, now);
        long dueNow = status == Status.RETRY ? 0 : ready.size();
        return new LaneStatus(
                lane,
                status,
                active,
                dueNow,
                Math.max(0, queued - active - dueNow),
                held,
                bytes,
                record.retryAt(),
                lastTry,
                incoming.at(now),
                outgoing.at(now),
                record.lastTrouble());
    }

    private Status status(long active, Instant now) {
        if (isSuspended()) return Status.SUSPENDED;
        if (queued == 0 && held > 0) return Status.HELD;
        if (isResting(now) || !isConfigured()) return Status.RETRY;
        return active > 0 ? Status.ACTIVE : Status.READY;
    }
}
