package relay.core.tls;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import relay.core.tls.TlsDemand.Pinned;
import relay.core.tls.TlsDemand.Source;

/// What one entry of the configuration, a connector or a floor, asks for beside its level
/// ([TlsRequirement]).
///
/// `pins` are those of which the host's certificate must have one; empty: it may be any. `roots` are
/// those at which its chain must end, where the level looks at the chain. `protocol` has the
/// versions and suites.
public record TlsTerms(Set<TlsPin> pins, RootSet roots, ProtocolTerms protocol) {
    public static final TlsTerms NONE = new TlsTerms(Set.of(), RootSet.COMMON);

    /// Of any suite.
    public TlsTerms(Set<TlsPin> pins, RootSet roots) {
        this(pins, roots, ProtocolTerms.NONE);
    }

    public TlsTerms {
        pins = Set.copyOf(pins);
    }

    /// The demands of the whole entry, made of `hostName` as in [TlsRequirement#demands].
    public List<TlsDemand> demands(Source source, TlsRequirement level, String hostName) {
        Stream<TlsDemand> pinned =
                pins.isEmpty() ? Stream.of() : Stream.of(new Pinned(source, pins));
        Stream<TlsDemand> ofLevel = level.demands(source, hostName, roots).stream();
        return protocol.with(source, Stream.concat(ofLevel, pinned)).toList();
    }

    /// The same without an exception that is over at `now`.
    public TlsTerms at(Instant now) {
        ProtocolTerms left = protocol.at(now);
        return left.equals(protocol) ? this : new TlsTerms(pins, roots, left);
    }
}
