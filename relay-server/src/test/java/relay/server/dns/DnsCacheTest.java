package relay.server.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Name;
import org.xbill.DNS.Type;

class DnsCacheTest {
    private Instant now = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void anAnswerIsNotKeptLongerBecauseTheClockIsSetBack() throws Exception {
        // Given an answer that holds for a minute.
        var cache = new DnsCache(10, () -> now);
        Name name = Name.fromString("partner.example.");
        cache.put(name, Type.MX, new DnsAnswer.NoData(Duration.ofMinutes(1)));
        assertThat(cache.get(name, Type.MX)).isPresent();

        // When the clock is set back by a day; then it is asked for again, not kept for a day.
        now = now.minus(Duration.ofDays(1));
        assertThat(cache.get(name, Type.MX)).isEmpty();
    }
}
