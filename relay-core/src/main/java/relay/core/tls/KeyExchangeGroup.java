package relay.core.tls;

import java.util.List;

/// A group for the key exchange, by its name in the IANA registry or the one that people use.
public enum KeyExchangeGroup {
    /// Safe also from those who record today and have a quantum computer later.
    X25519MLKEM768("X25519MLKEM768", "X25519MLKEM768"),
    X25519("X25519", "x25519"),
    P_256("P-256", "secp256r1"),
    P_384("P-384", "secp384r1"),
    P_521("P-521", "secp521r1");

    /// What is offered where nothing else is said, the most wanted first.
    public static final List<KeyExchangeGroup> ALL = List.of(values());

    private final String label;
    private final String tlsName;

    KeyExchangeGroup(String label, String tlsName) {
        this.label = label;
        this.tlsName = tlsName;
    }

    /// The word in the configuration.
    public String label() {
        return label;
    }

    /// The name that TLS libraries have for it.
    public String tlsName() {
        return tlsName;
    }
}
