package relay.server;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.Envelope;
import relay.core.queue.MessageStore;
import relay.core.queue.MessageStore.CommitResult;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueueId;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.tls.MessageTls;
import relay.server.report.Reporter;

/// Puts TLS reports in the queue, as messages of `from` that say `TLS-Required: No`: the policy that
/// fails does not keep the report about it back (RFC 8460 §3), what the operator demands does (RFC
/// 8689 §4.2.2).
record ReportOutbox(
        Mailbox from, MessageStore store, Supplier<PolicyTable> policy, InstantSource clock)
        implements Reporter.Outbox {
    private static final long COMMIT_SECONDS = 60;

    @Override
    public boolean send(Mailbox to, byte[] content) {
        QueueId id = store.newId();
        var envelope =
                new Envelope(
                                id,
                                new ReversePath.Sender(from),
                                Set.of(),
                                content.length,
                                clock.instant(),
                                Envelope.OWN_NOTICE,
                                InetAddress.getLoopbackAddress())
                        .saying(MessageTls.NOT_REQUIRED);
        Lane lane =
                policy.get()
                        .route(to.domain(), envelope.source())
                        .lane()
                        .forMessages(envelope.binding());
        var entry = QueueEntry.fresh(envelope, 0, lane, List.of(to));
        MessageStore.Content stored = store.newContent(id);
        boolean _ = stored.write(content, () -> {});
        var done = new CompletableFuture<CommitResult>();
        store.accept(new QueuedMessage(envelope, List.of(entry)), stored, done::complete);
        try {
            return done.get(COMMIT_SECONDS, TimeUnit.SECONDS) instanceof CommitResult.Committed;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException _) {
            // It may be there all the same; a report that comes twice does no harm.
            return false;
        }
    }
}
