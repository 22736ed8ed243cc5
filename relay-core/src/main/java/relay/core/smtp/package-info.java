/// What is said on the wire (RFC 5321): replies, commands, extensions, dot-stuffing.
@NullMarked
package relay.core.smtp;

import org.jspecify.annotations.NullMarked;
