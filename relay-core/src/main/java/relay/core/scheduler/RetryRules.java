package relay.core.scheduler;

import java.time.Duration;
import relay.core.queue.Diagnostic;
import relay.core.routing.RetrySchedule;
import relay.core.routing.RetrySchedule.Failure;

/// How long a connector lets wait what has failed, by what it failed of. Pure.
record RetryRules(RetrySchedule schedule) {

    /// `attempts` count in a row; 1 is the first.
    Duration delayAfter(int attempts, Diagnostic why) {
        return schedule.delayAfter(attempts, failure(why));
    }

    /// The same where somebody was there, so that trouble with the connection is no mere glitch.
    Duration steadyDelayAfter(int attempts, Diagnostic why) {
        return schedule.steadyDelayAfter(attempts, failure(why));
    }

    private static Failure failure(Diagnostic why) {
        return switch (why.reason()) {
            case DNS -> Failure.DNS;
            case CONNECTION, TIMEOUT -> Failure.CONNECTION;
            case TLS -> Failure.TLS;
            case REPLY -> Failure.REPLY;
            case AUTHENTICATION, CAPABILITY, EXPIRED, LOCAL, POISON -> Failure.OTHER;
        };
    }
}
