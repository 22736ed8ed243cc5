/// Reports of TLS to the owners of domains (RFC 8460): counted, kept by day, sent by mail or HTTPS.
@NullMarked
package relay.server.report;

import org.jspecify.annotations.NullMarked;
