package relay.core.routing;

/// Who we are to a smart host (RFC 4954). The password never appears in a log, an error or JSON:
/// [#toString] hides it.
public record SmartHostAuth(Mechanism mechanism, String username, String password) {
    public enum Mechanism {
        /// `BasicAuthRequireTLS`: PLAIN or LOGIN, and only over TLS with a certificate of the smart
        /// host's name, or over any TLS where the connector says `tlsAuthLevel: EncryptionOnly`.
        BASIC_AUTH_REQUIRE_TLS
    }

    @Override
    public String toString() {
        return mechanism + " as " + username;
    }
}
