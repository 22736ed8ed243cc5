package relay.core.tls;

import java.util.List;
import java.util.Set;
import relay.core.tls.TlsDemand.Encryption;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.TlsDemand.TrustedChain;
import relay.core.tls.TlsDemand.TrustedName;

/// What an operator asks for in the configuration: `requireTls`, `tlsAuthLevel`, `tlsDomain`. It
/// becomes demands once the host is known.
public sealed interface TlsRequirement {

    /// Opportunistic: demands nothing.
    record None() implements TlsRequirement {}

    record EncryptionOnly() implements TlsRequirement {}

    record CertificateValidation() implements TlsRequirement {}

    /// `tlsDomain` names what the certificate must be for; empty: the host's own name.
    record DomainValidation(Set<String> tlsDomain) implements TlsRequirement {
        public DomainValidation {
            tlsDomain = Set.copyOf(tlsDomain);
        }
    }

    /// How much is asked for, from 0 (nothing) upwards.
    default int strength() {
        return switch (this) {
            case None _ -> 0;
            case EncryptionOnly _ -> 1;
            case CertificateValidation _ -> 2;
            case DomainValidation _ -> 3;
        };
    }

    /// The demands made of `hostName`, the MX or smart host by the name it was found under (lower
    /// case, A-labels). Chains end at `roots`.
    default List<TlsDemand> demands(Source source, String hostName, RootSet roots) {
        return switch (this) {
            case None _ -> List.of();
            case EncryptionOnly _ -> List.of(new Encryption(source));
            case CertificateValidation _ -> List.of(new TrustedChain(source, roots));
            case DomainValidation(var names) ->
                    List.of(
                            new TrustedName(
                                    source, names.isEmpty() ? Set.of(hostName) : names, roots));
        };
    }
}
