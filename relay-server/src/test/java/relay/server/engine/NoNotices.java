package relay.server.engine;

import java.util.List;
import java.util.Map;
import relay.core.address.Mailbox;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;

/// Nobody is told of anything.
final class NoNotices implements NoticeWriter {
    @Override
    public List<Notice> failure(QueueEntry entry, Map<Mailbox, Diagnostic> failed) {
        return List.of();
    }

    @Override
    public List<Notice> relayed(QueueEntry entry, Map<Mailbox, Diagnostic> relayed) {
        return List.of();
    }

    @Override
    public List<Notice> delay(QueueEntry entry, Diagnostic why) {
        return List.of();
    }
}
