package relay.server.listener;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// The keys under which the session tickets of one TLS context are written (RFC 5077 §4, RFC 8446
/// §4.6.1): a new one every four hours, and the one before for tickets that are still about. They go
/// with the context and never leave the process.
///
/// Whoever steals a key reads what was sent in the sessions whose tickets it opens, as far as they
/// were resumed without a new key exchange (TLS 1.2): so none opens more than eight hours of them.
/// Keys are looked at when a client comes. Any thread.
final class TicketKeys {
    static final Duration LIFETIME = Duration.ofHours(4);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Consumer<OpenSslSessionTicketKey[]> use;
    private final LongSupplier nanoTime;
    private OpenSslSessionTicketKey current = random();
    private long sinceNanos;

    /// `use` puts keys in force, of which the first writes and all read. `nanoTime` as
    /// [System#nanoTime].
    TicketKeys(Consumer<OpenSslSessionTicketKey[]> use, LongSupplier nanoTime) {
        this.use = use;
        this.nanoTime = nanoTime;
        sinceNanos = nanoTime.getAsLong();
        use.accept(new OpenSslSessionTicketKey[] {current});
    }

    /// Puts a new key in force where the current one is old enough, and forgets the one before.
    synchronized void renewOld() {
        long now = nanoTime.getAsLong();
        long age = now - sinceNanos;
        if (age < LIFETIME.toNanos()) return;
        OpenSslSessionTicketKey former = current;
        current = random();
        sinceNanos = now;
        use.accept(
                age < 2 * LIFETIME.toNanos()
                        ? new OpenSslSessionTicketKey[] {current, former}
                        : new OpenSslSessionTicketKey[] {current});
    }

    private static OpenSslSessionTicketKey random() {
        return new OpenSslSessionTicketKey(
                random(OpenSslSessionTicketKey.NAME_SIZE),
                random(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
                random(OpenSslSessionTicketKey.AES_KEY_SIZE));
    }

    private static byte[] random(int octets) {
        byte[] bytes = new byte[octets];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
