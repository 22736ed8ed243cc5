package relay.server.listener;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.Evidence.TlsVersion;

/// The server's side of TLS: 1.2 and 1.3 (RFC 8996, RFC 9325 §3.1.1), by BoringSSL where its
/// library runs, else by the JDK. Any thread.
public final class ListenerTls {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(30);
    private static final ChainVerdict NO_CLIENT_CERTIFICATE =
            new ChainVerdict.Untrusted("no client certificate");

    private record Serving(ServerCertificate certificate, SslContext context) {}

    private volatile Serving serving;

    /// Throws where the TLS library cannot use the certificate.
    public ListenerTls(ServerCertificate certificate) throws SSLException {
        serving = serving(certificate);
    }

    /// Shows `certificate` from the next handshake on; where it cannot be used the old one stays.
    public void use(ServerCertificate certificate) throws SSLException {
        serving = serving(certificate);
    }

    /// When the certificate in use expires.
    public Instant expiry() {
        return serving.certificate().expiry();
    }

    SslHandler newHandler(ByteBufAllocator allocator) {
        SslHandler handler = serving.context().newHandler(allocator);
        handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT.toMillis());
        return handler;
    }

    /// What a finished handshake shows. Netty gives cipher suites their IANA names.
    static Evidence.Encrypted evidence(SSLSession session) {
        return new Evidence.Encrypted(
                version(session.getProtocol()),
                session.getCipherSuite(),
                "",
                NO_CLIENT_CERTIFICATE,
                Set.of(),
                List.of());
    }

    private static TlsVersion version(String protocol) {
        for (TlsVersion version : TlsVersion.values())
            if (version.label().equals(protocol)) return version;
        throw new IllegalStateException("a protocol nobody asked for: " + protocol);
    }

    private static Serving serving(ServerCertificate certificate) throws SSLException {
        SslContext context =
                SslContextBuilder.forServer(
                                certificate.key(),
                                certificate.chain().toArray(X509Certificate[]::new))
                        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                        .protocols(PROTOCOLS)
                        .build();
        return new Serving(certificate, context);
    }
}
