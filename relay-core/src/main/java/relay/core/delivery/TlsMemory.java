package relay.core.delivery;

import java.time.Instant;
import java.util.stream.Stream;

/// Remembers which hosts had TLS, so that one that has none any more is noticed. It never decides
/// about mail: demands do. Any thread; must not block.
public interface TlsMemory {
    /// Remembers nothing.
    TlsMemory NONE =
            new TlsMemory() {
                @Override
                public void secured(HostPlan host) {}

                @Override
                public Stream<Instant> lastSecured(HostPlan host) {
                    return Stream.of();
                }
            };

    /// A handshake with the host succeeded just now, whatever its certificate.
    void secured(HostPlan host);

    /// When that was for the last time; none where it is not known.
    Stream<Instant> lastSecured(HostPlan host);
}
