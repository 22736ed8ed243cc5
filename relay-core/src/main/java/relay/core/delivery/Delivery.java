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
import relay.core.smtp.HostLimits;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet;

/// Gets one session for a lane, as a straight line: plan, then host after host until one takes
/// part. Blocks for as long as the session lives; runs on a virtual thread, any number at a time.
///
/// `memory` hears which hosts have TLS, and tells which had it before; `ledger` what TLS came to.
public record Delivery(
        ConnectionPlanner planner,
        Dialer dialer,
        EventSink events,
        TlsMemory memory,
        SessionLedger ledger) {

    /// What takes its place is planned anew, by the configuration in force.
    private static final DeliveryEnd NOBODY_IS_TO_BLAME = new DeliveryEnd.Served(List.of());

    /// Without a ledger.
    public Delivery(ConnectionPlanner planner, Dialer dialer, EventSink events, TlsMemory memory) {
        this(planner, dialer, events, memory, SessionLedger.NONE);
    }

    /// Without a memory of hosts that had TLS.
    public Delivery(ConnectionPlanner planner, Dialer dialer, EventSink events) {
        this(planner, dialer, events, TlsMemory.NONE);
    }

    /// `policy` is the one that put the lane's mail into it. `observer` hears of at most one
    /// session; where it does not want one any more, the end is as if a host had served nothing.
    public DeliveryEnd run(Lane lane, PolicyTable policy, SessionObserver observer) {
        DeliveryEnd end = onceOrTwice(lane, policy, observer);
        return end instanceof DeliveryEnd.Served || observer.isWanted() ? end : NOBODY_IS_TO_BLAME;
    }

    private DeliveryEnd onceOrTwice(Lane lane, PolicyTable policy, SessionObserver observer) {
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
            case Hosts hosts -> firstThatServes(lane, hosts, observer);
        };
    }

    private DeliveryEnd firstThatServes(Lane lane, Hosts plan, SessionObserver observer) {
        var failures = new HostFailures();
        for (HostPlan host : plan.hosts()) {
            if (!observer.isWanted()) return NOBODY_IS_TO_BLAME;
            switch (serve(lane, host, observer)) {
                case Served(var trouble) -> {
                    return new DeliveryEnd.Served(trouble);
                }
                case NotServed(var why, _) -> failures.add(why);
                case DemandsUnmet(var why, var unmet, var evidence) -> {
                    ledger.session(lane, host, evidence);
                    remember(lane, host, evidence);
                    events.on(new RelayEvent.DemandsUnmet(lane, host.toString(), unmet));
                    failures.add(why, unmet);
                }
            }
        }
        return failures.end(plan.passedOver());
    }

    private SessionEnd serve(Lane lane, HostPlan host, SessionObserver observer) {
        List<Unmet> outOfReach = TlsDemand.outOfReach(host.demands());
        if (!outOfReach.isEmpty()) {
            var why = new HostTrouble(host.toString()).unmet(outOfReach);
            var nothing =
                    new Evidence.Plaintext(
                            outOfReach.getFirst().shortfall(), "no connection was made");
            return new DemandsUnmet(why, outOfReach, nothing);
        }
        SessionEnd end = dialer.serve(host, TlsUse.TRY, watching(lane, host, observer));
        if (!(end instanceof NotServed(var why, TlsTrouble tlsTrouble))) return end;
        if (why.reason() == Reason.TLS) {
            var nothing = new Evidence.Plaintext(HostTrouble.shortfall(why), why.text());
            ledger.session(lane, host, nothing);
        }
        if (tlsTrouble == TlsTrouble.NONE || !mayGoInClear(host) || !observer.isWanted()) {
            if (why.reason() == Reason.TLS) withoutTls(lane, host, why.text());
            return end;
        }
        var fallback = new RelayEvent.PlaintextFallback(lane, host.toString(), why.text());
        var opening =
                new AtOpening(
                        _ -> {
                            events.on(fallback);
                            withoutTls(lane, host, why.text());
                        },
                        observer);
        return dialer.serve(host, TlsUse.NEVER, opening);
    }

    private SessionObserver watching(Lane lane, HostPlan host, SessionObserver observer) {
        return new AtOpening(
                proof -> {
                    reportTested(lane, host, proof);
                    ledger.session(lane, host, proof.evidence());
                    remember(lane, host, proof.evidence());
                },
                observer);
    }

    private void remember(Lane lane, HostPlan host, Evidence evidence) {
        switch (evidence) {
            case Evidence.Encrypted _ -> memory.secured(host);
            case Evidence.Plaintext(_, var detail) -> withoutTls(lane, host, detail);
        }
    }

    /// Says so where the host is known to have had TLS.
    private void withoutTls(Lane lane, HostPlan host, String why) {
        memory.lastSecured(host)
                .forEach(last ->
                        events.on(new RelayEvent.TlsDowngraded(lane, host.toString(), last, why)));
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

    /// Hears once that the host takes part, before the observer does, and not where it does not.
    private record AtOpening(Consumer<TlsProof> heard, SessionObserver observer)
            implements SessionObserver {

        @Override
        public void opened(SessionLink link, TlsProof proof, HostLimits limits) {
            heard.accept(proof);
            observer.opened(link, proof, limits);
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

        @Override
        public boolean isWanted() {
            return observer.isWanted();
        }
    }
}
