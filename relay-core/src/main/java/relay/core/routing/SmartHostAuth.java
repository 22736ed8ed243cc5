package relay.core.routing;

import java.util.Set;
import relay.core.sasl.SaslMechanism;

/// Who we are to a smart host (RFC 4954). The password never appears in a log, an error or JSON:
/// [#toString] hides it. Of `saslMechanisms` the strongest that the host offers is used, and no
/// other is tried.
public record SmartHostAuth(
        Mechanism mechanism, String username, String password, Set<SaslMechanism> saslMechanisms) {
    public enum Mechanism {
        /// `BasicAuthRequireTLS`: a password, and only over TLS with a certificate of the smart
        /// host's name, or over any TLS where the connector says `tlsAuthLevel: EncryptionOnly`.
        BASIC_AUTH_REQUIRE_TLS
    }

    public SmartHostAuth {
        saslMechanisms = Set.copyOf(saslMechanisms);
    }

    /// By whichever mechanism the host offers.
    public SmartHostAuth(Mechanism mechanism, String username, String password) {
        this(mechanism, username, password, SaslMechanism.ofPasswords());
    }

    @Override
    public String toString() {
        return mechanism + " as " + username;
    }
}
