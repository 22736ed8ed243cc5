package relay.core.scheduler;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import relay.core.address.Mailbox;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.routing.ErrorPolicy;
import relay.core.routing.ErrorPolicy.Meaning;
import relay.core.smtp.EnhancedStatus;

/// Judges troubles by the error policies of a connector. Pure. Nothing but what a host said to a
/// message or a recipient, and what the DNS failed to say, is ever judged otherwise than it is.
record ErrorRules(List<ErrorPolicy> policies) {

    Map<Mailbox, DeliveryOutcome> judged(Map<Mailbox, DeliveryOutcome> outcomes) {
        if (policies.isEmpty()) return outcomes;
        var judged = new LinkedHashMap<Mailbox, DeliveryOutcome>();
        outcomes.forEach((recipient, outcome) -> judged.put(recipient, judged(outcome)));
        return judged;
    }

    private DeliveryOutcome judged(DeliveryOutcome outcome) {
        return switch (outcome) {
            case DeliveryOutcome.Rejected(var why) ->
                    said(why) == Verdict.TRANSIENT
                            ? new DeliveryOutcome.Deferred(waiting(why))
                            : outcome;
            case DeliveryOutcome.Deferred(var why) ->
                    said(why) == Verdict.PERMANENT
                            ? new DeliveryOutcome.Rejected(over(why))
                            : outcome;
            case DeliveryOutcome.Delivered _, DeliveryOutcome.InDoubt _ -> outcome;
        };
    }

    private enum Verdict {
        AS_IT_SAYS,
        TRANSIENT,
        PERMANENT
    }

    private Verdict said(Diagnostic why) {
        if (why.reason() != Reason.REPLY || why.remoteReply().length() < 3) {
            return Verdict.AS_IT_SAYS;
        }
        int code = Integer.parseInt(why.remoteReply().substring(0, 3));
        return first(cause ->
                cause instanceof ErrorPolicy.Said said
                        && said.fits(code, why.status(), why.remoteReply()));
    }

    private Verdict unresolved(Diagnostic why) {
        if (why.reason() != Reason.DNS) return Verdict.AS_IT_SAYS;
        return first(cause ->
                cause instanceof ErrorPolicy.Unresolved(var failure)
                        && failure.status().equals(why.status()));
    }

    private interface Fit {
        boolean fits(ErrorPolicy.Cause cause);
    }

    private Verdict first(Fit fit) {
        return policies.stream()
                .filter(policy -> fit.fits(policy.cause()))
                .findFirst()
                .map(policy -> Verdict.valueOf(policy.meaning().name()))
                .orElse(Verdict.AS_IT_SAYS);
    }

    /// What to tell where the DNS says that there is no host, and the operator that mail waits.
    Optional<Diagnostic> waitingFor(Diagnostic never) {
        return unresolved(never) == Verdict.TRANSIENT
                ? Optional.of(waiting(never))
                : Optional.empty();
    }

    /// What to tell where the DNS has no host now, and the operator gives up.
    Optional<Diagnostic> endOf(Diagnostic notNow) {
        return unresolved(notNow) == Verdict.PERMANENT
                ? Optional.of(over(notNow))
                : Optional.empty();
    }

    private static Diagnostic waiting(Diagnostic why) {
        return told(why, why.status().temporary(), Meaning.TRANSIENT);
    }

    private static Diagnostic over(Diagnostic why) {
        return told(why, why.status().permanent(), Meaning.PERMANENT);
    }

    private static Diagnostic told(Diagnostic why, EnhancedStatus status, Meaning meaning) {
        String word = meaning == Meaning.TRANSIENT ? "transient" : "permanent";
        return new Diagnostic(
                why.reason(),
                status,
                why.text() + " (" + word + " by errorPolicies)",
                why.host(),
                why.remoteReply(),
                why.demands());
    }
}
