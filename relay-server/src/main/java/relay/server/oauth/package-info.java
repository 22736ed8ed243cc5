/// Access tokens for smart hosts (RFC 6749): fetched, kept, renewed.
@NullMarked
package relay.server.oauth;

import org.jspecify.annotations.NullMarked;
