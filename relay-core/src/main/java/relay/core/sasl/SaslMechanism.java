package relay.core.sasl;

import java.util.EnumSet;
import java.util.Set;

/// The SASL mechanisms that we know, the strongest first of each kind. All are spoken over TLS alone, so that
/// CRAM-MD5, which makes the other side keep the password itself, is the last of its kind.
public enum SaslMechanism {
    /// Proves that both sides know the password, and that TLS ends at the side that knows it (RFC
    /// 7677, RFC 5802).
    SCRAM_SHA_256_PLUS("SCRAM-SHA-256-PLUS"),
    /// Proves that both sides know the password, and tells it to none.
    SCRAM_SHA_256("SCRAM-SHA-256"),
    /// The password itself (RFC 4616).
    PLAIN("PLAIN"),
    /// The password itself, as old hosts want it.
    LOGIN("LOGIN"),
    /// RFC 2195.
    CRAM_MD5("CRAM-MD5"),
    /// An access token (RFC 7628).
    OAUTHBEARER("OAUTHBEARER"),
    /// An access token, before RFC 7628.
    XOAUTH2("XOAUTH2");

    private final String label;

    SaslMechanism(String label) {
        this.label = label;
    }

    /// The registered name.
    public String label() {
        return label;
    }

    /// Those that show knowledge of a password.
    public static Set<SaslMechanism> ofPasswords() {
        return EnumSet.of(SCRAM_SHA_256_PLUS, SCRAM_SHA_256, PLAIN, LOGIN, CRAM_MD5);
    }

    /// Those that show an access token.
    public static Set<SaslMechanism> ofTokens() {
        return EnumSet.of(OAUTHBEARER, XOAUTH2);
    }
}
