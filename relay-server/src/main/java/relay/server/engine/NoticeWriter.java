package relay.server.engine;

import java.util.List;
import java.util.Map;
import relay.core.address.Mailbox;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueChange.Notice;
import relay.core.queue.QueueEntry;

/// Composes notices to senders. Blocks, since a notice quotes the message's header. An empty list
/// means that nobody is to be told: the sender is the null reverse-path (RFC 5321 §6.1), or did not
/// want to hear of it (RFC 3461 §4.1).
public interface NoticeWriter {
    List<Notice> failure(QueueEntry entry, Map<Mailbox, Diagnostic> failed);

    /// That the message went to a host which will not tell the sender what becomes of it.
    List<Notice> relayed(QueueEntry entry, Map<Mailbox, Diagnostic> relayed);

    List<Notice> delay(QueueEntry entry, Diagnostic why);
}
