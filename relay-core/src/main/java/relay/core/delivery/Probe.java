package relay.core.delivery;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import relay.core.address.Mailbox;
import relay.core.delivery.Dialer.SessionEnd.DemandsUnmet;
import relay.core.delivery.Dialer.SessionEnd.NotServed;
import relay.core.delivery.Dialer.SessionEnd.Served;
import relay.core.delivery.Dialer.TlsUse;
import relay.core.delivery.HostFinding.Instead;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.HostLimits;
import relay.core.tls.TlsProof;

/// Looks at a host by the dialogue of a delivery, with nothing to deliver: greeting, EHLO, TLS, the
/// verdict on it, QUIT. It sends neither MAIL FROM nor credentials. Blocks as [Dialer#serve] does;
/// any number at a time.
public record Probe(Dialer dialer) {

    public HostFinding look(HostPlan host) {
        var shown = new Onlooker();
        return switch (dialer.serve(host.withoutIdentity(), TlsUse.TRY, shown)) {
            case Served(var trouble) -> ready(shown.proofs, trouble, host);
            case DemandsUnmet(_, var unmet, var evidence) ->
                    new HostFinding.DemandsUnmet(unmet, evidence);
            case NotServed(var why, _) ->
                    why.reason() == Reason.TLS
                            ? new HostFinding.NoTls(why, instead(host))
                            : new HostFinding.Away(why);
        };
    }

    private static HostFinding ready(
            List<TlsProof> proofs, List<Diagnostic> trouble, HostPlan host) {
        return proofs.stream()
                .findFirst()
                .<HostFinding>map(proof -> new HostFinding.Ready(proof.evidence()))
                .orElseGet(() -> new HostFinding.Away(ourFault(trouble, host)));
    }

    /// A session that served without having been opened.
    private static Diagnostic ourFault(List<Diagnostic> trouble, HostPlan host) {
        var status = new EnhancedStatus(4, 3, 0);
        return trouble.stream()
                .findFirst()
                .orElseGet(() ->
                        Diagnostic.of(Reason.LOCAL, status, "a fault of ours", host.toString()));
    }

    private static Instead instead(HostPlan host) {
        return Delivery.mayGoInClear(host) ? Instead.GOES_IN_CLEAR : Instead.WAITS;
    }

    /// Finishes as soon as the session is open. Written on the event loop, read once it is over.
    private static final class Onlooker implements SessionObserver {
        private final List<TlsProof> proofs = new CopyOnWriteArrayList<>();

        @Override
        public void opened(SessionLink link, TlsProof proof, HostLimits limits) {
            proofs.add(proof);
            link.finish();
        }

        @Override
        public void ready(int entries) {}

        @Override
        public void ended(
                QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof) {
            throw new IllegalStateException("nothing was offered");
        }

        @Override
        public void returned(QueueEntry entry) {
            throw new IllegalStateException("nothing was offered");
        }
    }
}
