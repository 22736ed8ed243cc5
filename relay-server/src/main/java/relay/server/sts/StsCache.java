package relay.server.sts;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import relay.core.address.Domain;
import relay.core.delivery.Resolver;
import relay.core.delivery.Resolver.TxtAnswer;
import relay.core.delivery.StsControl;
import relay.core.delivery.StsPolicies;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.StsFetch;
import relay.core.event.RelayEvent.StsFetch.Result;
import relay.core.tls.StsPolicy;
import relay.core.tls.StsRecord;

/// Finds the policies of domains and keeps them, across restarts, for as long as they say (RFC 8461
/// §5.1).
///
/// A policy is fetched when the DNS shows an id that is not the kept one's, and once a day, or when
/// half of its `max_age` is over. What cannot be fetched changes nothing about what is kept, and
/// is not asked for again by mail for five minutes. At most 10,000 domains; the one not needed for
/// longest goes first. Any thread; [#of] blocks for a minute at most.
public final class StsCache implements StsPolicies, StsControl, AutoCloseable {
    static final int MAX_DOMAINS = 10_000;

    /// RFC 8461 §3.3.
    private static final Duration FAILURE_KEPT = Duration.ofMinutes(5);

    private static final Duration REFRESH = Duration.ofDays(1);
    private static final Duration REFRESH_AGAIN = Duration.ofHours(1);
    private static final Duration LOOK_AROUND = Duration.ofMinutes(10);

    private final Resolver resolver;
    private final PolicyHost host;
    private final StsFolder folder;
    private final EventSink events;
    private final InstantSource clock;
    private final Recent<Entry> kept;
    private final Recent<Failure> failures;
    private final ConcurrentHashMap<Domain, CompletableFuture<StsFetch>> flights =
            new ConcurrentHashMap<>();
    private final ScheduledExecutorService refreshing =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("mta-sts-refresh").factory());

    private record Entry(KeptPolicy kept, Instant refreshAt) {
        static Entry of(KeptPolicy kept) {
            Duration half = kept.policy().maxAge().dividedBy(2);
            Duration after = half.compareTo(REFRESH) < 0 ? half : REFRESH;
            return new Entry(kept, kept.fetchedAt().plus(after));
        }

        boolean holdsAt(Instant now) {
            return kept.expiresAt().isAfter(now);
        }
    }

    private record Failure(String id, Instant since) {

        /// Not before it came, either: the clock may have been set back.
        boolean holdsAt(Instant now) {
            return !now.isBefore(since) && now.isBefore(since.plus(FAILURE_KEPT));
        }
    }

    /// Reads what was kept in `dataFolder`; `roots` are trusted for HTTPS. Throws [IOException]
    /// where the folder cannot be used.
    public static StsCache open(
            Path dataFolder,
            Resolver resolver,
            Collection<X509Certificate> roots,
            EventSink events,
            InstantSource clock)
            throws IOException {
        var cache =
                new StsCache(
                        StsFolder.in(dataFolder),
                        resolver,
                        new PolicyHost(resolver, roots),
                        events,
                        clock,
                        MAX_DOMAINS);
        cache.start();
        return cache;
    }

    StsCache(
            StsFolder folder,
            Resolver resolver,
            PolicyHost host,
            EventSink events,
            InstantSource clock,
            int maxDomains)
            throws IOException {
        this.folder = folder;
        this.resolver = resolver;
        this.host = host;
        this.events = events;
        this.clock = clock;
        kept = new Recent<>(maxDomains);
        failures = new Recent<>(maxDomains);
        folder.all().stream()
                .sorted(Comparator.comparing(KeptPolicy::fetchedAt))
                .forEach(found -> keep(Entry.of(found)));
    }

    private void start() {
        var _ =
                refreshing.scheduleWithFixedDelay(
                        this::refreshSafely, 1, LOOK_AROUND.toMinutes(), TimeUnit.MINUTES);
    }

    @Override
    public Optional<StsPolicy> of(Domain domain) {
        Optional<String> keptId = valid(domain).map(KeptPolicy::id);
        switch (published(domain)) {
            case StsRecord.Found.Published(var record) -> {
                boolean known = keptId.filter(record.id()::equals).isPresent();
                if (!known && !failedLately(domain, record.id())) fetch(domain, record.id());
            }
            case StsRecord.Found.Invalid(var why) -> {
                String what = "the TXT record cannot be used: " + why;
                if (!failedLately(domain, "")) failed(domain, "", Result.INVALID, what);
            }
            // A record that is gone, or kept from us, ends no policy (RFC 8461 §3.1).
            case StsRecord.Found.None _ -> {}
        }
        return valid(domain).map(KeptPolicy::policy);
    }

    @Override
    public List<KeptPolicy> kept() {
        Instant now = clock.instant();
        return kept.values().stream()
                .filter(entry -> entry.holdsAt(now))
                .map(Entry::kept)
                .sorted(Comparator.comparing(policy -> policy.domain().name()))
                .toList();
    }

    /// How many policies of a mode hold now.
    public long count(StsPolicy.Mode mode) {
        return kept().stream().filter(policy -> policy.policy().mode() == mode).count();
    }

    @Override
    public StsFetch refresh(Domain domain) {
        return switch (published(domain)) {
            case StsRecord.Found.Published(var record) -> fetch(domain, record.id());
            case StsRecord.Found.None _ ->
                    told(
                            new StsFetch(
                                    domain, Result.FAILED, "no TXT record at _mta-sts." + domain));
            case StsRecord.Found.Invalid(var why) ->
                    told(new StsFetch(domain, Result.INVALID, why));
        };
    }

    @Override
    public List<Domain> purge(List<Domain> domains) {
        return domains.stream().filter(this::purge).toList();
    }

    private boolean purge(Domain domain) {
        var _ = failures.remove(domain);
        boolean was = kept.remove(domain);
        delete(domain);
        return was;
    }

    private StsRecord.Found published(Domain domain) {
        return published(resolver, domain);
    }

    static StsRecord.Found published(Resolver resolver, Domain domain) {
        return switch (resolver.txt("_mta-sts." + domain.name())) {
            case TxtAnswer.Records(var texts) -> StsRecord.of(texts);
            case TxtAnswer.None _, TxtAnswer.Failed _ -> new StsRecord.Found.None();
        };
    }

    private Optional<KeptPolicy> valid(Domain domain) {
        Instant now = clock.instant();
        return kept.get(domain).filter(entry -> entry.holdsAt(now)).map(Entry::kept);
    }

    private boolean failedLately(Domain domain, String id) {
        Instant now = clock.instant();
        return failures.get(domain)
                .filter(failure -> failure.id().equals(id) && failure.holdsAt(now))
                .isPresent();
    }

    /// One fetch of a domain at a time; whoever else wants it waits for that.
    private StsFetch fetch(Domain domain, String id) {
        var flight = new CompletableFuture<StsFetch>();
        CompletableFuture<StsFetch> other = flights.putIfAbsent(domain, flight);
        if (other != null) return other.join();
        try {
            StsFetch outcome =
                    switch (host.fetch(domain)) {
                        case PolicyHost.Fetched.Policy(var policy, var file) ->
                                adopt(new KeptPolicy(domain, policy, id, clock.instant()), file);
                        case PolicyHost.Fetched.Not(var result, var why) ->
                                failed(domain, id, result, why);
                    };
            flight.complete(outcome);
            return outcome;
        } catch (RuntimeException fault) {
            flight.completeExceptionally(fault);
            throw fault;
        } finally {
            flights.remove(domain, flight);
        }
    }

    private StsFetch adopt(KeptPolicy fetched, String file) {
        var _ = failures.remove(fetched.domain());
        keep(Entry.of(fetched));
        try {
            folder.write(fetched, file);
        } catch (IOException e) {
            fault(e);
        }
        StsPolicy policy = fetched.policy();
        return told(
                new StsFetch(
                        fetched.domain(),
                        Result.FETCHED,
                        policy.mode().label() + " " + String.join(" ", policy.mx())));
    }

    private StsFetch failed(Domain domain, String id, Result result, String why) {
        var _ = failures.put(domain, new Failure(id, clock.instant()));
        return told(new StsFetch(domain, result, why));
    }

    private StsFetch told(StsFetch outcome) {
        events.on(outcome);
        return outcome;
    }

    private void keep(Entry entry) {
        kept.put(entry.kept().domain(), entry).ifPresent(this::delete);
    }

    private void delete(Domain domain) {
        try {
            folder.delete(domain);
        } catch (IOException e) {
            fault(e);
        }
    }

    private void fault(IOException e) {
        events.on(new RelayEvent.Fault("mta-sts", "a policy cannot be stored: " + e));
    }

    private void refreshSafely() {
        try {
            refreshDue();
        } catch (RuntimeException fault) {
            events.on(RelayEvent.Fault.of("mta-sts", fault));
        }
    }

    /// Fetches anew what is due, and drops what is over.
    void refreshDue() {
        Instant now = clock.instant();
        for (Entry entry : new ArrayList<>(kept.values())) {
            Domain domain = entry.kept().domain();
            if (valid(domain).isEmpty()) {
                var _ = purge(domain);
            } else if (!entry.refreshAt().isAfter(now)) {
                // Fetched or not: a success puts another entry in this one's place.
                kept.replace(domain, new Entry(entry.kept(), now.plus(REFRESH_AGAIN)));
                var _ = refresh(domain);
            }
        }
    }

    @Override
    public void close() {
        refreshing.shutdownNow();
        host.close();
    }
}
