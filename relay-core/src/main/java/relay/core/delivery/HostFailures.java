package relay.core.delivery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import relay.core.delivery.DeliveryEnd.DemandFailure;
import relay.core.delivery.DeliveryEnd.NoHost;
import relay.core.queue.Diagnostic;
import relay.core.tls.Unmet;

/// Gathers why no host took part, and picks what to say of it. Confined to the thread of one
/// [Delivery].
final class HostFailures {
    private record Failure(Diagnostic why, List<Unmet> unmet) {}

    private final List<Failure> failures = new ArrayList<>();

    void add(Diagnostic why) {
        failures.add(new Failure(why, List.of()));
    }

    void add(Diagnostic why, List<Unmet> unmet) {
        failures.add(new Failure(why, unmet));
    }

    /// At least one failure was added. Where every host failed what a message with REQUIRETLS
    /// demands, there is no way for it (RFC 8689 §4.2.1).
    DeliveryEnd end(List<Diagnostic> unknownHosts) {
        Diagnostic mostTelling =
                failures.stream()
                        .min(Comparator.comparingInt(HostFailures::rank))
                        .orElseThrow()
                        .why();
        boolean everyHost =
                failures.stream().allMatch(failure -> RequireTls.isToBlame(failure.unmet()));
        if (everyHost && unknownHosts.isEmpty()) {
            return new DeliveryEnd.Never(mostTelling.permanent());
        }
        List<Unmet> unmet = failures.stream().flatMap(failure -> failure.unmet().stream()).toList();
        return new NoHost(mostTelling, unmet, demandFailure());
    }

    private DemandFailure demandFailure() {
        long unmetHosts = failures.stream().filter(failure -> !failure.unmet().isEmpty()).count();
        if (unmetHosts == 0) return DemandFailure.NONE;
        return unmetHosts == failures.size() ? DemandFailure.EVERY_HOST : DemandFailure.SOME_HOSTS;
    }

    /// The lower, the more it tells the operator: first what a person has to mend.
    private static int rank(Failure failure) {
        if (!failure.unmet().isEmpty()) return 0;
        return switch (failure.why().reason()) {
            case AUTHENTICATION -> 1;
            case REPLY, CAPABILITY -> 2;
            case TLS -> 3;
            case CONNECTION, TIMEOUT -> 4;
            case DNS, EXPIRED, LOCAL, POISON -> 5;
        };
    }
}
