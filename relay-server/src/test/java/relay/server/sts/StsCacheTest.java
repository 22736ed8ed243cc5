package relay.server.sts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.address.Domain;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.StsFetch;
import relay.core.event.RelayEvent.StsFetch.Result;
import relay.core.tls.StsPolicy;
import relay.core.tls.StsPolicy.Mode;

/// A policy from its discovery to its end (RFC 8461 §3.1, §3.3, §5.1), against a real HTTPS server.
@Timeout(60)
class StsCacheTest {
    private static final Domain DOMAIN = new Domain("example.org");
    private static final Certificates CERTIFICATES = new Certificates();
    private static final String ENFORCE =
            "version: STSv1\r\nmode: enforce\r\nmx: mx.example.org\r\nmax_age: 604800\r\n";
    private static final String NONE = "version: STSv1\nmode: none\nmax_age: 604800\n";

    @TempDir Path folder;
    private final PolicyDns dns = new PolicyDns();
    private final List<RelayEvent> events = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private volatile Instant now = Instant.parse("2026-11-23T12:00:00Z");
    private PolicyServer server;

    @BeforeEach
    void start() throws IOException {
        server = new PolicyServer(CERTIFICATES.named("*.example.org"));
        server.file = ENFORCE;
        dns.publish("example.org", "v=STSv1; id=1;");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        for (AutoCloseable part : open) part.close();
    }

    @Test
    void aPolicyIsFetchedOnceAndKept() throws IOException {
        StsCache cache = cache();
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        assertThat(server.asked).hasSize(1);
        assertThat(results()).containsExactly(Result.FETCHED);
        assertThat(cache.count(Mode.ENFORCE)).isEqualTo(1);
    }

    @Test
    void aDomainWithoutARecordIsNotAskedForAFile() throws IOException {
        assertThat(cache().of(new Domain("else.example"))).isEmpty();
        assertThat(server.asked).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void aPolicyOutlivesARestartItsHostAndItsRecord() throws IOException {
        // Given a policy that was fetched.
        assertThat(mode(cache())).contains(Mode.ENFORCE);

        // When the relay starts anew and the policy host is gone, and then the record too.
        server.close();
        StsCache restarted = cache();
        assertThat(mode(restarted)).contains(Mode.ENFORCE);
        dns.withdraw("example.org");

        // Then it holds until its max_age is over, and no longer.
        now = now.plus(Duration.ofDays(7)).minusSeconds(1);
        assertThat(mode(restarted)).contains(Mode.ENFORCE);
        assertThat(mode(cache())).contains(Mode.ENFORCE);
        now = now.plusSeconds(1);
        assertThat(mode(restarted)).isEmpty();
        assertThat(mode(cache())).isEmpty();
    }

    @Test
    void anotherIdBringsAnotherPolicy() throws IOException {
        StsCache cache = cache();
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        server.file = NONE;
        dns.publish("example.org", "v=STSv1; id=2;");
        assertThat(mode(cache)).contains(Mode.NONE);
        assertThat(mode(cache())).contains(Mode.NONE);
    }

    @Test
    void whatCannotBeFetchedChangesNothingAndIsNotAskedForAgainAtOnce() throws IOException {
        // Given a kept policy, a new id, and a policy host that is out of order.
        StsCache cache = cache();
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        server.status = 500;
        dns.publish("example.org", "v=STSv1; id=2;");

        // When mail asks several times, then the old policy holds, and there was one try.
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        assertThat(server.asked).hasSize(2);
        assertThat(results()).containsExactly(Result.FETCHED, Result.FAILED);

        // When five minutes are over, or there is yet another id, then there is another.
        now = now.plus(Duration.ofMinutes(5));
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        assertThat(server.asked).hasSize(3);
        dns.publish("example.org", "v=STSv1; id=3;");
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        assertThat(server.asked).hasSize(4);
    }

    @Test
    void aClockThatIsSetBackMakesNoFailureLast() throws IOException {
        server.status = 500;
        StsCache cache = cache();
        assertThat(mode(cache)).isEmpty();
        server.status = 200;
        now = now.minus(Duration.ofDays(1));
        assertThat(mode(cache)).contains(Mode.ENFORCE);
    }

    @Test
    void withoutAPolicyThatCanBeFetchedThereIsNone() throws IOException {
        server.status = 404;
        StsCache cache = cache();
        assertThat(mode(cache)).isEmpty();
        assertThat(mode(cache)).isEmpty();
        assertThat(server.asked).hasSize(1);
        assertThat(results()).containsExactly(Result.FAILED);
    }

    @Test
    void severalRecordsAreNoneAndToldOnce() throws IOException {
        dns.publish("example.org", "v=STSv1; id=1", "v=STSv1; id=2");
        StsCache cache = cache();
        assertThat(mode(cache)).isEmpty();
        assertThat(mode(cache)).isEmpty();
        assertThat(server.asked).isEmpty();
        assertThat(results()).containsExactly(Result.INVALID);
    }

    @Test
    void manyAtOnceWaitForOneFetch() throws Exception {
        StsCache cache = cache();
        List<Callable<Optional<Mode>>> many =
                Stream.<Callable<Optional<Mode>>>generate(() -> () -> mode(cache))
                        .limit(20)
                        .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Optional<Mode>> each : threads.invokeAll(many)) {
                assertThat(each.get()).contains(Mode.ENFORCE);
            }
        }
        assertThat(server.asked).hasSize(1);
    }

    @Test
    void aKeptPolicyIsFetchedAnewEachDay() throws IOException {
        // Given a policy.
        StsCache cache = cache();
        assertThat(mode(cache)).contains(Mode.ENFORCE);

        // When less than a day has gone by, then nothing is asked; after a day it is.
        now = now.plus(Duration.ofHours(23));
        cache.refreshDue();
        assertThat(server.asked).hasSize(1);
        now = now.plus(Duration.ofHours(1));
        cache.refreshDue();
        assertThat(server.asked).hasSize(2);

        // Then it holds for its max_age from that day on.
        assertThat(cache.kept().getFirst().expiresAt()).isEqualTo(now.plus(Duration.ofDays(7)));
    }

    @Test
    void aRefreshThatFailsIsTriedAgainAfterAnHour() throws IOException {
        StsCache cache = cache();
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        server.status = 503;
        now = now.plus(Duration.ofDays(1));
        cache.refreshDue();
        cache.refreshDue();
        assertThat(server.asked).hasSize(2);
        now = now.plus(Duration.ofHours(1));
        cache.refreshDue();
        assertThat(server.asked).hasSize(3);
        assertThat(mode(cache)).contains(Mode.ENFORCE);
    }

    @Test
    void whatIsOverLeavesTheDisk() throws IOException {
        StsCache cache = cache();
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        now = now.plus(Duration.ofDays(7));
        cache.refreshDue();
        assertThat(files()).isEmpty();
    }

    @Test
    void theOneNotNeededForLongestMakesRoom() throws IOException {
        // Given room for two policies, and two that are kept.
        write("a.example.org", "b.example.org");
        StsCache cache = cache(2);

        // When a third comes, and the first was needed since the second.
        assertThat(cache.of(new Domain("a.example.org"))).isPresent();
        assertThat(mode(cache)).contains(Mode.ENFORCE);

        // Then the second is gone, from the disk too.
        assertThat(files()).containsExactlyInAnyOrder("a.example.org", "example.org");
    }

    @Test
    void aDamagedFileIsAsGoodAsNone() throws IOException {
        // Given a kept policy and every file that is a part of its own.
        assertThat(mode(cache())).contains(Mode.ENFORCE);
        Path file = folder.resolve("mta-sts").resolve("example.org");
        String whole = Files.readString(file);
        server.status = 500;

        // When a relay starts with it, then it has no policy, or a whole one.
        for (int length = 0; length < whole.length(); length++) {
            Files.writeString(file, whole.substring(0, length));
            assertThat(StsFolder.in(folder).read(DOMAIN)).as(whole.substring(0, length)).isEmpty();
        }
        assertThat(mode(cache())).isEmpty();
    }

    @Test
    void purgedIsForgottenUntilItIsFetchedAgain() throws IOException {
        StsCache cache = cache();
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        assertThat(cache.purge(List.of(DOMAIN, new Domain("else.example"))))
                .containsExactly(DOMAIN);
        assertThat(files()).isEmpty();
        assertThat(cache.kept()).isEmpty();
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        assertThat(server.asked).hasSize(2);
    }

    @Test
    void anOperatorsRefreshFetchesWhateverIsKept() throws IOException {
        StsCache cache = cache();
        assertThat(mode(cache)).contains(Mode.ENFORCE);
        server.file = NONE;
        assertThat(cache.refresh(DOMAIN).result()).isEqualTo(Result.FETCHED);
        assertThat(mode(cache)).contains(Mode.NONE);
        assertThat(cache.refresh(new Domain("else.example")).detail()).contains("no TXT record");
        assertThat(events.getLast())
                .hasToString(cache.refresh(new Domain("else.example")).toString());
    }

    @Test
    void whoOnlyLooksSeesWhatIsPublishedAndKeepsNothing() throws IOException {
        var host = new PolicyHost(dns, CERTIFICATES.roots(), server.port(), Duration.ofSeconds(20));
        try (var look = new StsLook(dns, host)) {
            assertThat(look.of(DOMAIN).map(StsPolicy::mode)).contains(Mode.ENFORCE);
            assertThat(look.of(DOMAIN).map(StsPolicy::mode)).contains(Mode.ENFORCE);
            assertThat(look.of(new Domain("else.example"))).isEmpty();
        }
        assertThat(server.asked).hasSize(1);
        assertThat(folder).isEmptyDirectory();
    }

    private StsCache cache() throws IOException {
        return cache(10);
    }

    private StsCache cache(int maxDomains) throws IOException {
        var host = new PolicyHost(dns, CERTIFICATES.roots(), server.port(), Duration.ofSeconds(20));
        var cache =
                new StsCache(StsFolder.in(folder), dns, host, events::add, () -> now, maxDomains);
        open.add(cache);
        return cache;
    }

    private Optional<Mode> mode(StsCache cache) {
        return cache.of(DOMAIN).map(StsPolicy::mode);
    }

    /// As if the policies of these domains had been fetched one after the other.
    private void write(String... domains) throws IOException {
        Files.createDirectories(folder.resolve("mta-sts"));
        Instant at = now.minusSeconds(100);
        for (String domain : domains) {
            at = at.plusSeconds(1);
            Files.writeString(
                    folder.resolve("mta-sts").resolve(domain),
                    "id: 1\nfetched: " + at + "\nlength: " + ENFORCE.length() + "\n\n" + ENFORCE);
        }
    }

    private List<Result> results() {
        return events.stream().map(event -> ((StsFetch) event).result()).toList();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("mta-sts"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
