package relay.core.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import relay.core.tls.TlsDemand.Pinned;
import relay.core.tls.TlsDemand.Source;

/// What one entry of the configuration, a connector or a floor, asks for beside its level
/// ([TlsRequirement]).
///
/// `pins` are those of which the host's certificate must have one; empty: it may be any. `roots` are
/// those at which its chain must end, where the level looks at the chain.
public record TlsTerms(Set<TlsPin> pins, RootSet roots) {
    public static final TlsTerms NONE = new TlsTerms(Set.of(), RootSet.COMMON);

    public TlsTerms {
        pins = Set.copyOf(pins);
    }

    /// The demands of the whole entry, made of `hostName` as in [TlsRequirement#demands].
    public List<TlsDemand> demands(Source source, TlsRequirement level, String hostName) {
        var demands = new ArrayList<>(level.demands(source, hostName, roots));
        if (!pins.isEmpty()) demands.add(new Pinned(source, pins));
        return demands;
    }
}
