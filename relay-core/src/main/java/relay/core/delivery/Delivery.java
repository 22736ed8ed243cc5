package relay.core.delivery;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import relay.core.address.Mailbox;
import relay.core.delivery.ConnectionPlan.Hosts;
import relay.core.delivery.ConnectionPlan.Never;
import relay.core.delivery.ConnectionPlan.NotNow;
import relay.core.delivery.DeliveryEnd.DemandFailure;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.SessionEnd.DemandsUnmet;
import relay.core.delivery.Dialer.SessionEnd.NotServed;
import relay.core.delivery.Dialer.SessionEnd.Served;
import relay.core.delivery.Dialer.TlsTrouble;
import relay.core.delivery.Dialer.TlsUse;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet;

/// Gets one session for a lane, as a straight line: plan, then host after host until one takes
/// part. Blocks for as long as the session lives; runs on a virtual thread, any number at a time.
public record Delivery(ConnectionPlanner planner, Dialer dialer, EventSink events) {

    /// `policy` is the one that put the lane's mail into it. `observer` hears of at most one
    /// session.
    public DeliveryEnd run(Lane lane, PolicyTable policy, SessionObserver observer) {
        return switch (planner.plan(lane, policy)) {
            case Never(var why) -> new DeliveryEnd.Never(why);
            case NotNow(var why) -> new DeliveryEnd.NoHost(why, List.of(), DemandFailure.NONE);
            case Hosts(var hosts, _) -> firstThatServes(lane, hosts, observer);
        };
    }

    private DeliveryEnd firstThatServes(Lane lane, List<HostPlan> hosts, SessionObserver observer) {
        var failures = new HostFailures();
        for (HostPlan host : hosts) {
            switch (serve(lane, host, observer)) {
                case Served(var trouble) -> {
                    return new DeliveryEnd.Served(trouble);
                }
                case NotServed(var why, _) -> failures.add(why);
                case DemandsUnmet(var why, var unmet, _) -> {
                    events.on(new RelayEvent.DemandsUnmet(lane, host.toString(), unmet));
                    failures.add(why, unmet);
                }
            }
        }
        return failures.end();
    }

    private SessionEnd serve(Lane lane, HostPlan host, SessionObserver heard) {
        List<Unmet> outOfReach = TlsDemand.outOfReach(host.demands());
        if (!outOfReach.isEmpty()) {
            var why = new HostTrouble(host.toString()).unmet(outOfReach);
            var nothing =
                    new Evidence.Plaintext(
                            outOfReach.getFirst().shortfall(), "no connection was made");
            return new DemandsUnmet(why, outOfReach, nothing);
        }
        SessionObserver observer = new AtOpening(proof -> reportTested(lane, host, proof), heard);
        SessionEnd end = dialer.serve(host, TlsUse.TRY, observer);
        if (!(end instanceof NotServed(var why, TlsTrouble tlsTrouble))) return end;
        if (tlsTrouble == TlsTrouble.NONE || !mayGoInClear(host)) return end;
        var fallback = new RelayEvent.PlaintextFallback(lane, host.toString(), why.text());
        return dialer.serve(host, TlsUse.NEVER, new AtOpening(_ -> events.on(fallback), observer));
    }

    private void reportTested(Lane lane, HostPlan host, TlsProof proof) {
        List<Unmet> unmet = TlsDemand.unmet(host.tested(), proof.evidence());
        if (unmet.isEmpty()) return;
        events.on(new RelayEvent.TestedPolicyUnmet(lane, host.toString(), unmet));
    }

    /// The only place that lets mail go without TLS where TLS failed (RFC 7435 §3): nothing demands
    /// it, the operator has not ruled it out, no password is sent, and the port knows clear text.
    static boolean mayGoInClear(HostPlan host) {
        return host.demands().isEmpty()
                && host.plaintextFallback() == PlaintextFallback.ALLOWED
                && host.identity().isEmpty()
                && host.tlsMode() == TlsMode.STARTTLS;
    }

    /// Reports something once the host takes part, and nothing where it does not.
    private record AtOpening(Consumer<TlsProof> report, SessionObserver observer)
            implements SessionObserver {

        @Override
        public void opened(SessionLink link, TlsProof proof) {
            report.accept(proof);
            observer.opened(link, proof);
        }

        @Override
        public void ready(int entries) {
            observer.ready(entries);
        }

        @Override
        public void ended(
                QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof) {
            observer.ended(entry, outcomes, proof);
        }

        @Override
        public void returned(QueueEntry entry) {
            observer.returned(entry);
        }
    }
}
