package relay.core.tls;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.TlsDemand.Legacy;
import relay.core.tls.TlsDemand.MinVersion;
import relay.core.tls.TlsDemand.OneOfSuites;
import relay.core.tls.TlsDemand.Source;

/// Which versions and suites of TLS one entry of the configuration accepts.
///
/// `suites` may be empty: then any will do. `exceptions` has the entry's legacy exception, or none;
/// it loosens what this entry demands and nothing else.
public record ProtocolTerms(
        TlsVersion minVersion, Set<CipherSuite> suites, List<LegacyException> exceptions) {
    /// What is older is better than no TLS (RFC 7435 §3), but meets no demand (RFC 8996,
    /// RFC 9325 §3.1.1).
    public static final TlsVersion OLDEST = TlsVersion.TLS_1_2;

    public static final ProtocolTerms NONE = new ProtocolTerms(OLDEST, Set.of(), List.of());

    public ProtocolTerms {
        suites = Set.copyOf(suites);
        exceptions = List.copyOf(exceptions);
        if (exceptions.size() > 1) throw new IllegalArgumentException("one exception at the most");
    }

    /// The same without an exception that is over at `now`.
    public ProtocolTerms at(Instant now) {
        List<LegacyException> left =
                exceptions.stream().filter(exception -> exception.holdsAt(now)).toList();
        return left.size() == exceptions.size()
                ? this
                : new ProtocolTerms(minVersion, suites, left);
    }

    /// Whether what it accepts is less than what is accepted without any terms.
    public boolean isLegacy() {
        return accepted().compareTo(OLDEST) < 0;
    }

    /// The oldest version that is accepted, by the exception where there is one.
    public TlsVersion accepted() {
        return exception().map(LegacyException::minVersion).orElse(minVersion);
    }

    public Optional<LegacyException> exception() {
        return exceptions.stream().findFirst();
    }

    /// `others` are the entry's further demands: the exception holds for them, too.
    Stream<TlsDemand> with(Source source, Stream<TlsDemand> others) {
        Stream<TlsDemand> version =
                accepted().compareTo(OLDEST) > 0
                        ? Stream.of(new MinVersion(source, accepted()))
                        : Stream.of();
        Stream<TlsDemand> suite =
                suites.isEmpty() ? Stream.of() : Stream.of(new OneOfSuites(source, suites));
        return Stream.of(others, version, suite).flatMap(demands -> demands).map(this::excepted);
    }

    /// The demand of this entry, on its terms.
    public TlsDemand excepted(TlsDemand demand) {
        return isLegacy() ? new Legacy(demand, exceptions.getFirst()) : demand;
    }
}
