package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.LegacyException;

/// The day on which an exception ends.
class ExceptionWatchTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final SortedMap<String, LegacyException> inForce = new TreeMap<>();
    private final AtomicInteger ends = new AtomicInteger();

    @Test
    void anExceptionThatIsOverIsTakenOutOfForceOnce() {
        // Given two exceptions, of which one ends a day before the other.
        var march = new LegacyException(TlsVersion.TLS_1_0, LocalDate.of(2027, 3, 31));
        var april = new LegacyException(TlsVersion.TLS_1_1, LocalDate.of(2027, 4, 1));
        inForce.put("connector bank", march);
        inForce.put("domain old.example", april);
        try (var watch =
                new ExceptionWatch(
                        () -> inForce,
                        () -> {
                            ends.incrementAndGet();
                            inForce.values().removeIf(one -> !one.holdsAt(now.get()));
                        },
                        now::get)) {
            // When the last moment has come, then nothing happens.
            now.set(Instant.parse("2027-03-31T23:59:59Z"));
            watch.look();
            assertThat(ends).hasValue(0);

            // When it is over, then the policy is asked for again, once.
            now.set(Instant.parse("2027-04-01T00:00:00Z"));
            watch.look();
            watch.look();
            assertThat(ends).hasValue(1);
            assertThat(inForce).containsOnlyKeys("domain old.example");

            // And so for the other, also by a clock that leaps.
            now.set(Instant.parse("2030-01-01T00:00:00Z"));
            watch.look();
            assertThat(ends).hasValue(2);
            assertThat(inForce).isEmpty();
        }
    }
}
