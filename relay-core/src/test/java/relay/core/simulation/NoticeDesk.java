package relay.core.simulation;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import relay.core.address.Mailbox;
import relay.core.address.ReversePath;
import relay.core.queue.Envelope;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueuedMessage;
import relay.core.scheduler.Action;
import relay.core.scheduler.SchedulerEvent;
import relay.core.tls.MessageTls;

/// Writes notices a little later, and hands them to the store with the change that they report.
final class NoticeDesk {
    private final RelayProcess relay;
    private final Life.Worker thread;

    NoticeDesk(RelayProcess relay, Life life) {
        this.relay = relay;
        this.thread = life.new Worker(200);
    }

    boolean isIdle() {
        return thread.isIdle();
    }

    void write(Action.Notify ended) {
        QueueEntry entry = ended.entry();
        thread.execute(() -> {
            relay.store().change(withNotices(ended));
            relay.tell(new SchedulerEvent.Settled(entry.lane(), entry.id()));
        });
    }

    void warn(Action.WarnOfDelay warning) {
        QueueEntry entry = warning.entry();
        thread.execute(() -> {
            List<Notice> notices = notice("delayed", entry, Set.copyOf(entry.recipients()));
            relay.store().change(new QueueChange.DelayNoticeSent(entry.id(), notices));
            relay.tell(new SchedulerEvent.Warned(entry.lane(), entry.id()));
        });
    }

    private QueueChange withNotices(Action.Notify ended) {
        List<Notice> notices = notice("failed", ended.entry(), ended.failed().keySet());
        relay.trace.say(() -> "bounce " + ended.entry().id() + " " + why(ended));
        return switch (ended.change()) {
            case QueueChange.End(var entry, _) -> new QueueChange.End(entry, notices);
            case QueueChange.Defer defer ->
                    new QueueChange.Defer(
                            defer.entry(),
                            defer.remaining(),
                            defer.attempts(),
                            defer.nextAttempt(),
                            defer.why(),
                            notices);
            case QueueChange.SetStatus _,
                    QueueChange.MakeDue _,
                    QueueChange.Release _,
                    QueueChange.DelayNoticeSent _,
                    QueueChange.Move _,
                    QueueChange.RecordLane _ ->
                    throw new Violation("what is told of ends or defers: " + ended);
        };
    }

    private static String why(Action.Notify ended) {
        return ended.failed().entrySet().stream()
                .map(failed -> failed.getKey() + ": " + failed.getValue())
                .sorted()
                .collect(Collectors.joining("; "));
    }

    /// Nobody is told where the sender is null (RFC 5321 §6.1).
    private List<Notice> notice(String kind, QueueEntry entry, Set<Mailbox> about) {
        if (!(entry.envelope().sender() instanceof ReversePath.Sender(Mailbox to)))
            return List.of();
        var id = relay.store().newId();
        String names =
                about.stream().map(Mailbox::toString).sorted().collect(Collectors.joining(","));
        byte[] content =
                Stream.of(
                                "X-Notice: " + kind,
                                "X-Of: " + entry.envelope().id(),
                                "X-Id: " + id,
                                "X-Wall: " + relay.clock().toEpochMilli(),
                                "X-For: " + names,
                                "",
                                ".notice")
                        .collect(Collectors.joining("\r\n", "", "\r\n"))
                        .getBytes(StandardCharsets.UTF_8);
        boolean required = entry.envelope().messageTls() == MessageTls.REQUIRED;
        boolean utf8 = names.chars().anyMatch(c -> c > 127);
        var envelope =
                new Envelope(
                                id,
                                new ReversePath.Null(),
                                utf8 ? Set.of(Envelope.Need.EIGHT_BIT_MIME) : Set.of(),
                                content.length,
                                relay.clock(),
                                Envelope.OWN_NOTICE,
                                InetAddress.getLoopbackAddress())
                        .saying(required ? MessageTls.REQUIRED : MessageTls.BY_POLICY);
        var lane = relay.policy().route(to.domain()).lane();
        var message =
                new QueuedMessage(
                        envelope, List.of(QueueEntry.fresh(envelope, 0, lane, List.of(to))));
        return List.of(new Notice(message, ByteBuffer.wrap(content).asReadOnlyBuffer()));
    }
}
