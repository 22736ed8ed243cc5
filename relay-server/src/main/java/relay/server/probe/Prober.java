package relay.server.probe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import relay.core.address.Domain;
import relay.core.delivery.ConnectionPlan;
import relay.core.delivery.ConnectionPlanner;
import relay.core.delivery.Dialer;
import relay.core.delivery.DialogueTimeouts;
import relay.core.delivery.HostPlan;
import relay.core.delivery.PartnerCheck;
import relay.core.delivery.PartnerCheck.HostCheck;
import relay.core.delivery.Probe;
import relay.core.queue.Diagnostic;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;

/// Looks at every host that mail for a domain would try now, a connection each, with at most
/// [#MAX_CONNECTIONS] open at a time however many ask. Any thread.
public final class Prober implements AutoCloseable {
    /// The limits of the dialer: a host has as long for each step of the dialogue.
    public static final DialogueTimeouts TIMEOUTS = DialogueTimeouts.all(Duration.ofSeconds(30));

    static final int MAX_CONNECTIONS = 8;

    private final ConnectionPlanner planner;
    private final Probe probe;
    private final Semaphore connections = new Semaphore(MAX_CONNECTIONS);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    public Prober(ConnectionPlanner planner, Dialer dialer) {
        this.planner = planner;
        this.probe = new Probe(dialer);
    }

    /// Blocks until every host was looked at: some minutes at the most.
    public PartnerCheck check(Domain domain, PolicyTable policy) throws InterruptedException {
        Lane lane = policy.route(domain).lane();
        return switch (planner.plan(lane, policy)) {
            case ConnectionPlan.NotNow(var why) -> nowhere(domain, lane, why);
            case ConnectionPlan.Never(var why) -> nowhere(domain, lane, why);
            case ConnectionPlan.Hosts(var hosts, var passedOver) ->
                    new PartnerCheck(domain, lane, looks(hosts), passedOver);
        };
    }

    private static PartnerCheck nowhere(Domain domain, Lane lane, Diagnostic why) {
        return new PartnerCheck(domain, lane, List.of(), List.of(why));
    }

    private List<HostCheck> looks(List<HostPlan> hosts) throws InterruptedException {
        List<Callable<HostCheck>> looks =
                hosts.stream().<Callable<HostCheck>>map(host -> () -> look(host)).toList();
        var checks = new ArrayList<HostCheck>();
        for (Future<HostCheck> look : threads.invokeAll(looks)) checks.add(result(look));
        return checks;
    }

    private HostCheck look(HostPlan host) throws InterruptedException {
        connections.acquire();
        try {
            long began = System.nanoTime();
            var finding = probe.look(host);
            return new HostCheck(host, finding, Duration.ofNanos(System.nanoTime() - began));
        } finally {
            connections.release();
        }
    }

    private static HostCheck result(Future<HostCheck> look) throws InterruptedException {
        try {
            return look.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a look at a host failed", e.getCause());
        }
    }

    /// Does not wait: what is under way ends with its dialer.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
