package relay.server;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import relay.core.address.Mailbox;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;
import relay.core.routing.PolicyTable;
import relay.core.routing.RetrySchedule;
import relay.core.routing.SendConnector;
import relay.server.engine.NoticeWriter;
import relay.server.notice.Notices;

/// Lets the engine write notices under the policy in force.
record NoticeRules(Notices notices, Supplier<PolicyTable> policy, InstantSource clock)
        implements NoticeWriter {
    @Override
    public List<Notice> failure(QueueEntry entry, Map<Mailbox, Diagnostic> failed) {
        return notices.failure(entry, failed, policy.get(), clock.instant());
    }

    @Override
    public List<Notice> relayed(QueueEntry entry, Map<Mailbox, Diagnostic> relayed) {
        return notices.relayed(entry, relayed, policy.get(), clock.instant());
    }

    @Override
    public List<Notice> delay(QueueEntry entry, Diagnostic why) {
        PolicyTable table = policy.get();
        RetrySchedule schedule =
                table.connector(entry.lane().connector())
                        .map(SendConnector::retry)
                        .orElse(RetrySchedule.DEFAULT);
        Instant until = schedule.expiry(entry.envelope().acceptedAt());
        Map<Mailbox, Diagnostic> waiting = new HashMap<>();
        entry.recipients().forEach(recipient -> waiting.put(recipient, why));
        return notices.delayed(entry, waiting, until, table, clock.instant());
    }
}
