package relay.core.simulation;

import relay.core.delivery.Dialer;
import relay.core.delivery.DialogueTimeouts;
import relay.core.delivery.HostPlan;
import relay.core.delivery.OutboundSession;
import relay.core.delivery.SessionInput;
import relay.core.delivery.SessionObserver;
import relay.core.queue.ContentSource;
import relay.core.routing.SmartHost.TlsMode;

/// Connects the relay to the simulated hosts.
record SimDialer(Life life, Partners partners, ContentSource contents) implements Dialer {
    @Override
    public SessionEnd serve(HostPlan plan, TlsUse tls, SessionObserver observer) {
        var timeouts = DialogueTimeouts.DEFAULT;
        int inForce = partners.policyNow();
        partners.dials(plan.caller().helloName());
        return life.sim.await(ended -> {
            var session = new OutboundSession(plan, tls, World.HOSTNAME, timeouts, () -> "nonce");
            var outbound = new Outbound(life, session, observer, contents, ended);
            long limit = timeouts.connect().toMillis();
            life.after(life.sim.luck.between(1, 50), () -> connect(plan, outbound, limit, inForce));
        });
    }

    private void connect(HostPlan plan, Outbound outbound, long limitMillis, int inForce) {
        SimHost host = partners.at(plan.address());
        partners.trace.say(() -> "relay dials " + plan + " " + plan.demands());
        var line = host == null ? SimHost.Line.DEAD : partners.line(host);
        if (host != null && line != SimHost.Line.UP) {
            partners.outages.calledInVain(host.name, life.sim.nowMillis());
        }
        if (host == null || line == SimHost.Line.DEAD) {
            life.after(limitMillis, () -> outbound.unreachable(new SessionInput.TimedOut()));
        } else if (line == SimHost.Line.REFUSES) {
            outbound.unreachable(new SessionInput.ConnectionLost("connection refused"));
        } else {
            var wire = new Wire(life.sim, Wire.Kind.OUTBOUND);
            var start =
                    plan.tlsMode() == TlsMode.IMPLICIT
                            ? Policy.TlsStart.AT_ONCE
                            : Policy.TlsStart.COMMAND;
            var connection = new HostConnection(partners, host, wire, start, inForce);
            partners.called(connection, plan.caller().helloName());
            outbound.connected(wire.client, connection.tls);
        }
    }
}
