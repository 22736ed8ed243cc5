package relay.server.engine;

import java.util.List;
import java.util.Map;
import relay.core.address.Mailbox;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;

/// Composes notices to senders. Blocks, since a notice quotes the message's header. An empty list
/// means that nobody is to be told: the sender is the null reverse-path (RFC 5321 §6.1).
public interface NoticeWriter {
    List<Notice> failure(QueueEntry entry, Map<Mailbox, Diagnostic> failed);

    List<Notice> delay(QueueEntry entry, Diagnostic why);
}
