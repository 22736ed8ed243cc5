package relay.server.dns;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.xbill.DNS.Name;

/// Keeps answers for as long as they say, at most `maxEntries`; the one not used for longest goes
/// first. Thread-safe.
final class DnsCache {
    private final InstantSource clock;
    private final Map<Question, Kept> answers;

    private record Question(Name name, int type) {}

    private record Kept(DnsAnswer answer, Instant since, Instant until) {

        /// Not before it came, either: the clock may have been set back.
        boolean holdsAt(Instant now) {
            return !now.isBefore(since) && now.isBefore(until);
        }
    }

    DnsCache(int maxEntries, InstantSource clock) {
        this.clock = clock;
        this.answers =
                new LinkedHashMap<>(16, 0.75f, true) {
                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Question, Kept> eldest) {
                        return size() > maxEntries;
                    }
                };
    }

    synchronized Optional<DnsAnswer> get(Name name, int type) {
        return Optional.ofNullable(answers.get(new Question(name, type)))
                .filter(kept -> kept.holdsAt(clock.instant()))
                .map(Kept::answer);
    }

    synchronized void clear() {
        answers.clear();
    }

    synchronized void put(Name name, int type, DnsAnswer answer) {
        if (!answer.keptFor().isPositive()) return;
        Instant now = clock.instant();
        answers.put(new Question(name, type), new Kept(answer, now, now.plus(answer.keptFor())));
    }
}
