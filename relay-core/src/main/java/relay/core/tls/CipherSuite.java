package relay.core.tls;

import java.util.List;
import java.util.stream.Stream;
import relay.core.tls.Evidence.TlsVersion;

/// A cipher suite that we use, by its name in the IANA registry; the most wanted first: forward
/// secrecy and AEAD (RFC 9325 §4.2), then AES alone for what has nothing better.
public enum CipherSuite {
    TLS_AES_128_GCM_SHA256,
    TLS_AES_256_GCM_SHA384,
    TLS_CHACHA20_POLY1305_SHA256,
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
    TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
    TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
    TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
    TLS_RSA_WITH_AES_128_GCM_SHA256,
    TLS_RSA_WITH_AES_256_GCM_SHA384,
    TLS_RSA_WITH_AES_128_CBC_SHA,
    TLS_RSA_WITH_AES_256_CBC_SHA;

    /// What hosts are offered where nothing else is said. Without the last a host with an old
    /// certificate or TLS 1.0 has nothing to choose.
    public static final List<CipherSuite> ALL = List.of(values());

    /// What our clients may choose from: those whose keys are of no use to who steals ours later.
    public static final List<CipherSuite> FORWARD_SECRET =
            ALL.stream().filter(CipherSuite::isForwardSecret).toList();

    private boolean isForwardSecret() {
        return !name().startsWith("TLS_RSA_");
    }

    /// The version that it is of: TLS 1.3 has its own suites (RFC 8446 §B.4), the older ones share
    /// theirs.
    public boolean isOf(TlsVersion version) {
        return (version == TlsVersion.TLS_1_3) != name().contains("_WITH_");
    }

    /// Their IANA names, in order.
    public static List<String> names(List<CipherSuite> suites) {
        return suites.stream().map(CipherSuite::name).toList();
    }

    static Stream<String> sortedNames(Iterable<CipherSuite> suites) {
        Stream.Builder<String> names = Stream.builder();
        suites.forEach(suite -> names.add(suite.name()));
        return names.build().sorted();
    }
}
