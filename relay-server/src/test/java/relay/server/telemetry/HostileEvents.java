package relay.server.telemetry;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import relay.core.address.Mailbox;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;
import relay.core.tls.PolicyVerdict;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet;
import relay.server.testing.Samples;

/// One event of every kind, with a text in every place where a stranger's words can stand.
final class HostileEvents {
    /// Ends the line, begins a pair, closes the quotes, clears a terminal, turns its direction.
    static final String HOSTILE =
            "x\r\nqueue=FAKE status=sent \" \\ \u001b[2J \u2028 \u2029 \u0085 \u202e \0 end";

    private static final Instant NOW = Samples.NOON.plusMillis(1234);

    private HostileEvents() {}

    static List<RelayEvent> all() {
        QueueEntry entry =
                Samples.entry(
                        1, Samples.BANK, new Mailbox(HOSTILE, Samples.domain("bank.example")));
        var to = entry.recipients();
        var message = Samples.message(entry);
        var reply = new Reply(250, List.of(HOSTILE, HOSTILE));
        var why =
                new Diagnostic(
                        Diagnostic.Reason.TLS,
                        new EnhancedStatus(4, 7, 5),
                        HOSTILE,
                        HOSTILE,
                        HOSTILE,
                        List.of(HOSTILE, HOSTILE));
        var lane = new Lane("bank", HOSTILE, HOSTILE);
        var tls =
                new Evidence.Encrypted(
                        Evidence.TlsVersion.TLS_1_3,
                        HOSTILE,
                        HOSTILE,
                        new Evidence.ChainVerdict.Untrusted(HOSTILE),
                        Set.of(HOSTILE),
                        List.of());
        var proof = new TlsProof(HOSTILE, List.of(Samples.DEMAND), tls);
        var unmet = new Unmet(Samples.DEMAND, Unmet.Shortfall.UNTRUSTED, HOSTILE);
        var client = Samples.client();
        return List.of(
                new RelayEvent.Received(message, tls),
                new RelayEvent.Refused(HOSTILE, client, reply),
                new RelayEvent.Delivered(entry, to, reply, proof, NOW),
                new RelayEvent.Deferred(
                        entry, to, why, NOW, RelayEvent.Deferred.Certainty.POSSIBLY_DELIVERED),
                new RelayEvent.Bounced(entry, to, why, List.of(message)),
                new RelayEvent.Held(entry, List.of(why)),
                new RelayEvent.Removed(entry),
                new RelayEvent.Released(entry),
                new RelayEvent.Replayed(message, HOSTILE),
                new RelayEvent.Redirected(entry, HOSTILE),
                new RelayEvent.FailedOver(entry, to, lane.insteadOf("bank"), List.of(why)),
                new RelayEvent.FailedBack(entry, to, lane),
                new RelayEvent.DelayWarned(entry, message),
                new RelayEvent.SuccessTold(entry, to, message),
                new RelayEvent.LaneFailed(lane, why, NOW, 3),
                new RelayEvent.DemandsUnmet(lane, HOSTILE, List.of(unmet, unmet)),
                new RelayEvent.TestedPolicyUnmet(lane, HOSTILE, List.of(unmet)),
                new RelayEvent.StsFetch(
                        Samples.domain("bank.example"),
                        RelayEvent.StsFetch.Result.INVALID,
                        HOSTILE),
                new RelayEvent.PlaintextFallback(lane, HOSTILE, HOSTILE),
                new RelayEvent.TlsDowngraded(lane, HOSTILE, NOW, HOSTILE),
                new RelayEvent.ProbeTurned(HOSTILE, PolicyVerdict.NOT_MET, HOSTILE),
                new RelayEvent.Connection(
                        RelayEvent.Connection.Direction.OUTBOUND,
                        RelayEvent.Connection.Change.OPENED,
                        HOSTILE),
                new RelayEvent.Rejected(client, reply),
                new RelayEvent.LimitReached(
                        "internal", client, RelayEvent.LimitReached.Limit.ERRORS, reply),
                new RelayEvent.ClientsHidden(client, 5),
                new RelayEvent.Fault(HOSTILE, HOSTILE));
    }
}
