package relay.core.routing;

import java.util.Set;
import relay.core.sasl.SaslMechanism;

/// Who we are to a smart host (RFC 4954), over TLS with a certificate of the smart host's name
/// alone, or over any TLS where the connector says `tlsAuthLevel: EncryptionOnly`. The secret never
/// appears in a log, an error or JSON. Of `saslMechanisms` the strongest that the host offers is
/// used, and no other is tried.
public record SmartHostAuth(String username, Secret secret, Set<SaslMechanism> saslMechanisms) {

    /// What shows that we are who we say; each hides itself when printed.
    public sealed interface Secret permits Password, TokenGrant, AccessToken {}

    /// `BasicAuthRequireTLS`.
    public record Password(String text) implements Secret {
        @Override
        public String toString() {
            return "a password";
        }
    }

    /// What a [TokenGrant] gave: good for a while.
    public record AccessToken(String text) implements Secret {
        @Override
        public String toString() {
            return "an access token";
        }
    }

    public SmartHostAuth {
        saslMechanisms = Set.copyOf(saslMechanisms);
    }

    /// With a password, by whichever mechanism the host offers.
    public static SmartHostAuth password(String username, String password) {
        return new SmartHostAuth(username, new Password(password), SaslMechanism.ofPasswords());
    }

    /// The same with another secret.
    public SmartHostAuth with(Secret other) {
        return new SmartHostAuth(username, other, saslMechanisms);
    }

    @Override
    public String toString() {
        return username + " with " + secret;
    }
}
