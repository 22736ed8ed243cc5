package relay.server.sts;

import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import relay.core.address.Domain;
import relay.core.delivery.Resolver;
import relay.core.delivery.StsPolicies;
import relay.core.tls.StsPolicy;
import relay.core.tls.StsRecord;

/// Policies as they are published now, each fetched once, for a program that only looks: nothing of
/// them reaches the disk. Any thread; blocks for a minute at most.
public final class StsLook implements StsPolicies, AutoCloseable {
    private final Map<Domain, Optional<StsPolicy>> seen = new ConcurrentHashMap<>();
    private final Resolver resolver;
    private final PolicyHost host;

    /// `roots` are trusted for HTTPS.
    public StsLook(Resolver resolver, Collection<X509Certificate> roots) {
        this(resolver, new PolicyHost(resolver, roots));
    }

    StsLook(Resolver resolver, PolicyHost host) {
        this.resolver = resolver;
        this.host = host;
    }

    @Override
    public Optional<StsPolicy> of(Domain domain) {
        return seen.computeIfAbsent(domain, this::published);
    }

    private Optional<StsPolicy> published(Domain domain) {
        boolean said = StsCache.published(resolver, domain) instanceof StsRecord.Found.Published;
        return said && host.fetch(domain) instanceof PolicyHost.Fetched.Policy(var policy, _)
                ? Optional.of(policy)
                : Optional.empty();
    }

    @Override
    public void close() {
        host.close();
    }
}
