package relay.server.listener;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.Mapping;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import relay.core.routing.ClientCertificates;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.TlsVersion;

/// The server's side of TLS: the certificates in use, of which a client sees the one for the name it
/// asks for (RFC 6066 §3), else the first. Any thread.
public final class ListenerTls {
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(30);
    private static final int MAX_CLIENT_HELLO_OCTETS = 32 << 10;

    /// Contexts are made when a connector first needs them, and go with their certificates. Each
    /// wish has its own, so that a session that was opened at one connector is not resumed at
    /// another that wants more.
    private record Serving(
            List<ServerCertificate> certificates,
            Map<ClientCertificates, Mapping<String, SslContext>> byWish) {}

    private final LongSupplier nanoTime;
    private volatile Serving serving;

    /// At least one certificate. Throws where the TLS library cannot use one of them.
    public ListenerTls(List<ServerCertificate> certificates) throws SSLException {
        this(certificates, System::nanoTime);
    }

    /// `nanoTime` tells how old the keys of tickets are.
    ListenerTls(List<ServerCertificate> certificates, LongSupplier nanoTime) throws SSLException {
        this.nanoTime = nanoTime;
        serving = serving(certificates);
    }

    /// Shows `certificates` from the next handshake on; where one cannot be used the old ones stay.
    public void use(List<ServerCertificate> certificates) throws SSLException {
        serving = serving(certificates);
    }

    /// When each certificate in use expires, by its label.
    public Map<String, Instant> expiries() {
        Map<String, Instant> ends = new TreeMap<>();
        for (ServerCertificate certificate : serving.certificates()) {
            ends.put(ends.isEmpty() ? "listener" : certificate.label(), certificate.expiry());
        }
        return ends;
    }

    /// Begins a handshake when it is added.
    ChannelHandler newHandler(ClientCertificates wish) {
        Serving now = serving;
        Mapping<String, SslContext> byName =
                now.byWish()
                        .computeIfAbsent(
                                wish,
                                wanted ->
                                        ServerContexts.byName(
                                                now.certificates(), wanted, nanoTime));
        return new Chooser(byName);
    }

    /// What a finished handshake shows. Netty gives cipher suites their IANA names.
    static Evidence.Encrypted evidence(SSLSession session, ClientCertificates wish, Instant now) {
        List<X509Certificate> chain = chain(session);
        return new Evidence.Encrypted(
                version(session.getProtocol()),
                session.getCipherSuite(),
                "",
                ClientChain.verdict(chain, wish.roots(), now),
                ClientChain.names(chain),
                chain);
    }

    private static List<X509Certificate> chain(SSLSession session) {
        try {
            var chain = new ArrayList<X509Certificate>();
            for (Certificate certificate : session.getPeerCertificates()) {
                chain.add((X509Certificate) certificate);
            }
            return chain;
        } catch (SSLPeerUnverifiedException _) {
            return List.of();
        }
    }

    private static TlsVersion version(String protocol) {
        for (TlsVersion version : TlsVersion.values())
            if (version.label().equals(protocol)) return version;
        throw new IllegalStateException("a protocol nobody asked for: " + protocol);
    }

    /// Where nobody asks for client certificates is where most clients go: what the library cannot
    /// use shows here, before it is in force.
    private Serving serving(List<ServerCertificate> certificates) throws SSLException {
        Map<ClientCertificates, Mapping<String, SslContext>> byWish = new ConcurrentHashMap<>();
        byWish.put(
                ClientCertificates.NOT_ASKED,
                ServerContexts.tryByName(certificates, ClientCertificates.NOT_ASKED, nanoTime));
        return new Serving(List.copyOf(certificates), byWish);
    }

    /// Waits for the name that the client asks for, then makes way for the handshake.
    private static final class Chooser extends SniHandler {
        private Chooser(Mapping<String, SslContext> byName) {
            super(byName, MAX_CLIENT_HELLO_OCTETS, HANDSHAKE_TIMEOUT.toMillis());
        }

        @Override
        protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
            SslHandler handler = super.newSslHandler(context, allocator);
            handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT.toMillis());
            return handler;
        }
    }
}
