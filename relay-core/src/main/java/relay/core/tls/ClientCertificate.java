package relay.core.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// Who we are to a host that asks for a certificate of ours (RFC 8446 §4.3.2): `chain` leaf first,
/// at least the leaf, and its `key`. `file` is the name that the configuration has for the chain;
/// the key appears in no text.
public record ClientCertificate(String file, List<X509Certificate> chain, PrivateKey key) {
    public ClientCertificate {
        if (chain.isEmpty()) throw new IllegalArgumentException("a chain has a leaf");
        chain = List.copyOf(chain);
    }

    @Override
    public String toString() {
        return file;
    }
}
