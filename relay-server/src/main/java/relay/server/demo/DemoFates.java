package relay.server.demo;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.tls.Evidence;
import relay.core.tls.TlsProof;

/// Hears what becomes of each message of the demonstration; one lane has one message. Any thread.
public final class DemoFates implements EventSink {
    private final Map<String, String> fates = new ConcurrentHashMap<>();
    private final Map<Lane, String> domains = new ConcurrentHashMap<>();
    private final CountDownLatch open;

    public DemoFates(int messages) {
        open = new CountDownLatch(messages);
    }

    /// Waits until the fate of every message is known, at most `limit`. True where it is.
    public boolean await(Duration limit) throws InterruptedException {
        return open.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// What became of the message to that domain.
    public String of(String domain) {
        return fates.getOrDefault(domain, "nothing was heard of it in time");
    }

    @Override
    public void on(RelayEvent event) {
        switch (event) {
            case RelayEvent.Received(var message, _, _) ->
                    message.entries().forEach(entry -> domains.put(entry.lane(), domain(entry)));
            case RelayEvent.Delivered(var entry, _, _, var proof, _) ->
                    put(domain(entry), "delivered, " + how(proof));
            case RelayEvent.LaneFailed(var lane, var why, _, _) ->
                    put(domains.getOrDefault(lane, ""), "waits: " + why(why));
            case RelayEvent.Replayed _,
                    RelayEvent.Refused _,
                    RelayEvent.Deferred _,
                    RelayEvent.Bounced _,
                    RelayEvent.Held _,
                    RelayEvent.Removed _,
                    RelayEvent.Released _,
                    RelayEvent.Redirected _,
                    RelayEvent.FailedOver _,
                    RelayEvent.FailedBack _,
                    RelayEvent.DelayWarned _,
                    RelayEvent.SuccessTold _,
                    RelayEvent.DemandsUnmet _,
                    RelayEvent.TestedPolicyUnmet _,
                    RelayEvent.StsFetch _,
                    RelayEvent.PlaintextFallback _,
                    RelayEvent.TlsDowngraded _,
                    RelayEvent.ProbeTurned _,
                    RelayEvent.Connection _,
                    RelayEvent.Rejected _,
                    RelayEvent.LimitReached _,
                    RelayEvent.ClientsHidden _,
                    RelayEvent.Fault _ -> {}
        }
    }

    private static String domain(QueueEntry entry) {
        return entry.recipients().getFirst().domain().name();
    }

    private void put(String domain, String fate) {
        if (fates.putIfAbsent(domain, fate) == null) open.countDown();
    }

    private static String why(Diagnostic why) {
        return why.demands().isEmpty() ? why.text() : String.join("; ", why.demands());
    }

    private static String how(TlsProof proof) {
        return switch (proof.evidence()) {
            case Evidence.Plaintext _ -> "in clear";
            case Evidence.Encrypted tls ->
                    tls.protocol().label()
                            + " "
                            + tls.cipherSuite()
                            + ", certificate for "
                            + String.join(", ", tls.presentedNames())
                            + switch (tls.verdict()) {
                                case Evidence.ChainVerdict.Trusted _ -> ", trusted";
                                case Evidence.ChainVerdict.Expired _ -> ", expired";
                                case Evidence.ChainVerdict.Untrusted _ -> ", not trusted";
                            };
        };
    }
}
