package relay.core.tls;

import java.util.List;

/// What can be said afterwards of the connection that carried a message: to whom, what was demanded
/// and by whom, and what the handshake showed. `host` is `mx.example.org[192.0.2.7]:25`.
public record TlsProof(String host, List<TlsDemand> demands, Evidence evidence) {
    public TlsProof {
        demands = List.copyOf(demands);
    }

    /// `none`, or the protocol version: the `tls` label of metrics and logs.
    public String tlsLabel() {
        return switch (evidence) {
            case Evidence.Plaintext _ -> "none";
            case Evidence.Encrypted tls -> tls.protocol().label();
        };
    }
}
