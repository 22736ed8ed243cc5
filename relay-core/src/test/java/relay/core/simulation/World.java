package relay.core.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import relay.core.intake.IntakeInput.ShuttingDown.Patience;
import relay.core.routing.ReceiveConnector.BareLineFeed;
import relay.core.scheduler.SchedulerEvent;
import relay.core.scheduler.SchedulerLimits;

/// Everything of one seed: the relay, its partners, its clients and its operator.
final class World {
    static final String HOSTNAME = "relay.example.net";
    private static final Instant BEGINNING = Instant.parse("2026-11-23T12:00:00.000417Z");
    private static final long DRAIN_MILLIS = 10_000;

    final Trace trace;
    final Sim sim;
    final SimDns dns;
    final SimDisk disk = new SimDisk();
    final DiskHealth health;
    final ClientBook clients = new ClientBook();
    final CrashBook crashes;
    final Partners partners;
    final Draw draw;
    final List<String> domains;

    /// The domain that most mail is for.
    final String favourite;

    private final SchedulerLimits limits;
    private final List<Inbound> inbounds = new ArrayList<>();

    /// In one seed of four the relay repairs what it refuses in the others.
    final BareLineFeed bareLineFeed;

    private long wallOffsetMillis;
    private long latestWallMillis;
    private Instant calmSince = Instant.MAX;
    private Policy policy;
    final Operator operator;
    private RelayProcess relay;
    private boolean accepting = true;

    World(long seed, Trace trace) {
        var luck = new Luck(seed);
        this.trace = trace;
        this.sim = new Sim(luck.split());
        trace.use(sim::nowMillis);
        var outages = new OutageBook();
        this.dns = new SimDns(sim, trace, outages);
        this.health = new DiskHealth(sim);
        this.crashes = new CrashBook(health);
        this.partners = new Partners(sim, trace, dns, clients, crashes, outages);
        this.draw = new Draw(luck, partners, dns);
        draw.home();
        this.domains = draw.domains();
        this.favourite = luck.of(domains);
        // In some seeds alone, and from luck of their own: the bugs of the past keep their seeds.
        partners.limit = seed % 4 == 3;
        bareLineFeed = seed % 4 == 2 ? BareLineFeed.REPAIR : BareLineFeed.REJECT;
        if (seed % 3 == 1) Draw.mtaSts(new Luck(-seed), domains, dns);
        this.policy = draw.policy(domains, favourite);
        this.limits = draw.limits();
        partners.adopted(policy);
        trace.say(() -> "policy " + policy);
        this.operator = new Operator(this, luck.split());
        this.relay = new RelayProcess(this, new Life(sim), policy, limits);
        relay.start();
    }

    /// What the clock on the wall says; people and daemons set it.
    Instant wall() {
        return BEGINNING.plusMillis(sim.nowMillis() + wallOffsetMillis);
    }

    /// Where orders go; nothing listens between a stop and the next start.
    Optional<RelayProcess> listening() {
        return accepting ? Optional.of(relay) : Optional.empty();
    }

    /// The latest time that the clock ever showed.
    long latestWallMillis() {
        return Math.max(latestWallMillis, wall().toEpochMilli());
    }

    /// Nothing breaks any more.
    void isCalm() {
        calmSince = wall();
    }

    /// When the last trouble was over.
    Instant calmSince() {
        return calmSince;
    }

    /// Whether the clock on the wall has only ever gone its way.
    boolean isClockSteady() {
        return latestWallMillis == 0;
    }

    void setClock(long byMillis) {
        trace.say(() -> "the clock jumps by " + byMillis);
        latestWallMillis = latestWallMillis();
        wallOffsetMillis += byMillis;
    }

    Policy policy() {
        return policy;
    }

    void reload(Policy changed) {
        trace.say(() -> "reload " + changed);
        policy = changed;
        if (relay.life().isAlive()) relay.adopt(changed);
    }

    void connect(SimClient.Manners manners, List<ClientBook.Submission> mail) {
        if (!accepting) return;
        var wire = new Wire(sim, Wire.Kind.INBOUND);
        String by = Inbound.CONNECTORS.get(mail.getFirst().number % Inbound.CONNECTORS.size());
        mail.forEach(submission -> submission.receiveConnector = by);
        var _ = new SimClient(this, wire.client, manners, mail);
        inbounds.add(new Inbound(relay, wire.server, by, bareLineFeed));
    }

    void crash() {
        if (!accepting) return;
        accepting = false;
        trace.say(() -> "crash");
        die();
        relay.store().die();
        sim.after(sim.luck.between(100, 60_000), this::start);
    }

    /// Stops in good order: what is under way may end within a limit.
    void stop() {
        if (!accepting) return;
        accepting = false;
        trace.say(() -> "stop");
        inbounds.forEach(inbound -> inbound.shutDown(Patience.MAY_FINISH));
        relay.tell(new SchedulerEvent.Stopping());
        RelayProcess stopping = relay;
        sim.after(
                DRAIN_MILLIS,
                () -> {
                    die();
                    stopping.store().close();
                    sim.after(sim.luck.between(100, 60_000), this::start);
                });
    }

    private void die() {
        relay.life().end();
        inbounds.clear();
        crashes.crashed(sim.nowMillis());
    }

    private void start() {
        trace.say(() -> "start");
        relay = new RelayProcess(this, new Life(sim), policy, limits);
        partners.adopted(policy);
        relay.start();
        accepting = true;
    }

    boolean isDrained() {
        return accepting && disk.entries.isEmpty() && relay.isIdle() && relay.lanes().isEmpty();
    }

    /// Why it is not drained, for people.
    String leftOver() {
        return "entries " + disk.entries.values() + "\nlanes " + relay.lanes();
    }

    /// The blocking code of the last process must not outlive the seed.
    void end() {
        relay.life().end();
    }
}
