/// Notices to senders: delivery status notifications (RFC 3464), composed with Jakarta Mail.
@NullMarked
package relay.server.notice;

import org.jspecify.annotations.NullMarked;
