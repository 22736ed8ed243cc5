package relay.core.delivery;

import java.util.ArrayList;
import java.util.List;
import relay.core.smtp.HostLimits;
import relay.core.tls.Evidence;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet.Shortfall;

/// Says for each call in turn how it ends, and notes what it was asked for.
final class ScriptedDialer implements Dialer {
    /// What every host that serves says of itself.
    static final HostLimits LIMITS = new HostLimits(3, 2, 1);

    private final List<SessionEnd> script;
    final List<String> calls = new ArrayList<>();

    ScriptedDialer(SessionEnd... script) {
        this.script = new ArrayList<>(List.of(script));
    }

    @Override
    public SessionEnd serve(HostPlan host, TlsUse tls, SessionObserver observer) {
        calls.add(host.hostName() + " " + tls);
        SessionEnd end = script.removeFirst();
        if (end instanceof SessionEnd.Served) {
            observer.opened(new DeliveryTest.NoLink(), proof(host), LIMITS);
        }
        return end;
    }

    private static TlsProof proof(HostPlan host) {
        var clear = new Evidence.Plaintext(Shortfall.NOT_OFFERED, "");
        return new TlsProof(host.toString(), host.demands(), clear);
    }
}
