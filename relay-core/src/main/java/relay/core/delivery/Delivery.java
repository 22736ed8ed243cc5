package relay.core.delivery;

import java.util.List;
import java.util.Map;
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
import relay.core.delivery.TokenSource.Renewal;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.TlsProof;

/// Gets one session for a lane, as a straight line: plan, then host after host until one takes
/// part. Blocks for as long as the session lives; runs on a virtual thread, any number at a time.
public record Delivery(ConnectionPlanner planner, Dialer dialer, EventSink events) {

    /// `policy` is the one that put the lane's mail into it. `observer` hears of at most one
    /// session.
    public DeliveryEnd run(Lane lane, PolicyTable policy, SessionObserver observer) {
        DeliveryEnd end = once(lane, policy, observer);
        // An access token can be withdrawn before its time is up. No host has heard of an entry.
        boolean refused =
                end instanceof DeliveryEnd.NoHost(var why, _, _)
                        && why.reason() == Reason.AUTHENTICATION;
        return refused && planner.refused(lane, policy) == Renewal.WORTH_A_TRY
                ? once(lane, policy, observer)
                : end;
    }

    private DeliveryEnd once(Lane lane, PolicyTable policy, SessionObserver observer) {
        return switch (planner.planToDeliver(lane, policy)) {
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

    private SessionEnd serve(Lane lane, HostPlan host, SessionObserver observer) {
        SessionEnd end = dialer.serve(host, TlsUse.TRY, observer);
        if (!(end instanceof NotServed(var why, TlsTrouble tlsTrouble))) return end;
        if (tlsTrouble == TlsTrouble.NONE || !mayGoInClear(host)) return end;
        var fallback = new RelayEvent.PlaintextFallback(lane, host.toString(), why.text());
        return dialer.serve(host, TlsUse.NEVER, new Announcing(fallback, events, observer));
    }

    /// The only place that lets mail go without TLS where TLS failed (RFC 7435 §3): nothing demands
    /// it, the operator has not ruled it out, no password is sent, and the port knows clear text.
    static boolean mayGoInClear(HostPlan host) {
        return host.demands().isEmpty()
                && host.plaintextFallback() == PlaintextFallback.ALLOWED
                && host.identity().isEmpty()
                && host.tlsMode() == TlsMode.STARTTLS;
    }

    /// Reports the fall-back once the host takes part in it, and not where that failed as well.
    private record Announcing(
            RelayEvent.PlaintextFallback fallback, EventSink events, SessionObserver observer)
            implements SessionObserver {

        @Override
        public void opened(SessionLink link, TlsProof proof) {
            events.on(fallback);
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
