package relay.core.delivery;

import java.util.List;
import relay.core.queue.Diagnostic;
import relay.core.tls.Evidence;
import relay.core.tls.PolicyVerdict;
import relay.core.tls.Unmet;

/// What a host showed that was looked at as a delivery would look at it, up to the point where it
/// would hear of a message.
public sealed interface HostFinding {

    /// Every demand is met: mail would go. Without any demand the evidence can be of clear text.
    record Ready(Evidence evidence) implements HostFinding {}

    /// Mail would wait.
    record DemandsUnmet(List<Unmet> unmet, Evidence evidence) implements HostFinding {
        public DemandsUnmet {
            unmet = List.copyOf(unmet);
        }
    }

    /// Nothing demands TLS, and it was not to be had.
    record NoTls(Diagnostic why, Instead instead) implements HostFinding {}

    /// What mail does at a host where TLS was tried and failed.
    enum Instead {
        GOES_IN_CLEAR,
        /// The operator has ruled clear text out, or the port does not know it.
        WAITS
    }

    /// The host could not be reached, or would not talk to us: nothing can be said of its TLS.
    record Away(Diagnostic why) implements HostFinding {}

    /// Whether the policy is met here, as far as that can be told.
    default PolicyVerdict verdict() {
        return switch (this) {
            case Ready _ -> PolicyVerdict.MET;
            case DemandsUnmet _ -> PolicyVerdict.NOT_MET;
            case NoTls(_, var instead) ->
                    switch (instead) {
                        case GOES_IN_CLEAR -> PolicyVerdict.MET;
                        case WAITS -> PolicyVerdict.NOT_MET;
                    };
            case Away _ -> PolicyVerdict.NOT_REACHED;
        };
    }
}
