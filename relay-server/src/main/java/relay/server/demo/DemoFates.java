package relay.server.demo;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.routing.Lane;
import relay.core.tls.Evidence;
import relay.core.tls.TlsProof;

/// Hears what becomes of each message of the demonstration; one lane has one message. Any thread.
public final class DemoFates implements EventSink {
    private final Map<Lane, String> fates = new ConcurrentHashMap<>();
    private final CountDownLatch open;

    public DemoFates(int messages) {
        open = new CountDownLatch(messages);
    }

    /// Waits until the fate of every message is known, at most `limit`. True where it is.
    public boolean await(Duration limit) throws InterruptedException {
        return open.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// What became of the message in the lane of that connector and floor.
    public String of(String connector, String floor) {
        return fates.entrySet().stream()
                .filter(fate -> fate.getKey().connector().equals(connector))
                .filter(fate -> fate.getKey().floor().equals(floor))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("nothing was heard of it in time");
    }

    @Override
    public void on(RelayEvent event) {
        switch (event) {
            case RelayEvent.Delivered(var entry, _, _, var proof, _) ->
                    put(entry.lane(), "delivered, " + how(proof));
            case RelayEvent.LaneFailed(var lane, var why, _, _) -> put(lane, "waits: " + why(why));
            case RelayEvent.Received _,
                    RelayEvent.Refused _,
                    RelayEvent.Deferred _,
                    RelayEvent.Bounced _,
                    RelayEvent.Held _,
                    RelayEvent.Removed _,
                    RelayEvent.DelayWarned _,
                    RelayEvent.DemandsUnmet _,
                    RelayEvent.PlaintextFallback _,
                    RelayEvent.Connection _,
                    RelayEvent.Rejected _,
                    RelayEvent.Fault _ -> {}
        }
    }

    private void put(Lane lane, String fate) {
        if (fates.putIfAbsent(lane, fate) == null) open.countDown();
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
