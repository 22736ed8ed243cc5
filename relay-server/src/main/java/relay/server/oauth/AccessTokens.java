package relay.server.oauth;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import relay.core.delivery.TokenSource;
import relay.core.routing.TokenGrant;
import relay.core.routing.TokenGrant.Kind;

/// The access tokens of all grants, each kept until shortly before it expires. Of those who want the
/// same one, one asks the endpoint, and the others wait for it. Any thread; blocks.
public final class AccessTokens implements TokenSource, AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /// So long before its end a token is renewed, or after half its time where that is shorter.
    private static final Duration MARGIN = Duration.ofMinutes(1);

    /// So long a failure stands: all the lanes of a connector would ask the same again.
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private static final String HIDDEN = "(secret)";

    private final TokenEndpoint endpoint;
    private final RefreshTokens refreshTokens;
    private final InstantSource clock;
    private final Map<TokenGrant, Slot> slots = new ConcurrentHashMap<>();

    /// What is known of one grant. All but the lock itself is under the lock.
    private static final class Slot {
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable Answer answer;
        private Instant until = Instant.MIN;
        private Age age = Age.NEW;
    }

    private enum Age {
        NEW,
        GIVEN_BEFORE
    }

    /// `tls` has the roots that the endpoints' certificates are checked against; `folder` is where
    /// refresh tokens are kept that endpoints give in place of the configured ones.
    public AccessTokens(SSLContext tls, Path folder, InstantSource clock) {
        this.endpoint = new TokenEndpoint(tls, LIMIT);
        this.refreshTokens = new RefreshTokens(folder);
        this.clock = clock;
    }

    @Override
    public Answer token(TokenGrant grant) {
        Slot slot = slots.computeIfAbsent(grant, _ -> new Slot());
        slot.lock.lock();
        try {
            Answer known = slot.answer;
            if (known != null && clock.instant().isBefore(slot.until)) {
                slot.age = Age.GIVEN_BEFORE;
                return known;
            }
            return fetch(grant, slot);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Answer.None("the relay is stopping");
        } finally {
            slot.lock.unlock();
        }
    }

    private Answer fetch(TokenGrant grant, Slot slot) throws InterruptedException {
        Instant now = clock.instant();
        slot.age = Age.NEW;
        Answer answer =
                switch (ask(grant)) {
                    case TokenReply.Granted granted -> {
                        Duration half = granted.goodFor().dividedBy(2);
                        Duration margin = half.compareTo(MARGIN) < 0 ? half : MARGIN;
                        slot.until = now.plus(granted.goodFor()).minus(margin);
                        yield new Answer.Token(granted.accessToken());
                    }
                    case TokenReply.Denied(var why) -> {
                        slot.until = now.plus(PAUSE);
                        yield new Answer.None(grant.endpoint().getHost() + " " + why);
                    }
                };
        slot.answer = answer;
        return answer;
    }

    private TokenReply ask(TokenGrant grant) throws InterruptedException {
        String refreshToken = "";
        try {
            refreshToken = refreshTokens.current(grant);
            TokenReply reply = endpoint.ask(grant, refreshToken);
            if (reply instanceof TokenReply.Granted granted) {
                boolean rotated =
                        !granted.refreshToken().isEmpty()
                                && !granted.refreshToken().equals(refreshToken);
                if (rotated) refreshTokens.keep(grant, granted.refreshToken());
            }
            return redacted(reply, grant, refreshToken);
        } catch (IOException e) {
            String why = "gave a refresh token that cannot be kept or read: " + e.getMessage();
            return redacted(new TokenReply.Denied(why), grant, refreshToken);
        }
    }

    /// An endpoint may repeat in its error what it was told.
    private static TokenReply redacted(TokenReply reply, TokenGrant grant, String refreshToken) {
        return switch (reply) {
            case TokenReply.Granted granted -> granted;
            case TokenReply.Denied(var why) -> {
                String safe = without(grant.clientSecret(), without(refreshToken, why));
                yield new TokenReply.Denied(
                        grant.kind() instanceof Kind.RefreshToken(var configured)
                                ? without(configured, safe)
                                : safe);
            }
        };
    }

    private static String without(String secret, String text) {
        return secret.isEmpty() ? text : text.replace(secret, HIDDEN);
    }

    @Override
    public Renewal refused(TokenGrant grant) {
        Slot slot = slots.computeIfAbsent(grant, _ -> new Slot());
        slot.lock.lock();
        try {
            boolean old = slot.answer instanceof Answer.Token && slot.age == Age.GIVEN_BEFORE;
            if (slot.answer instanceof Answer.Token) slot.answer = null;
            return old ? Renewal.WORTH_A_TRY : Renewal.POINTLESS;
        } finally {
            slot.lock.unlock();
        }
    }

    @Override
    public void close() {
        endpoint.close();
    }
}
