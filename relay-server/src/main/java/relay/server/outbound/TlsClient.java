package relay.server.outbound;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedTrustManager;
import relay.core.address.IpRange;
import relay.core.delivery.HostPlan;
import relay.core.tls.CipherSuite;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.KeyExchangeGroup;
import relay.core.tls.TlsOffer;

/// Makes the client's side of TLS. Every certificate is let through here: a demand may be for
/// encryption alone, and opportunistic TLS takes any (RFC 7435 §3). What was seen is judged
/// afterwards, by [ChainJudge] and [relay.core.tls.TlsDemand#unmet].
///
/// Every handshake is a whole one: no session is taken up again, since the evidence of a resumed one
/// is that of another day (docs/adr/0007).
///
/// The host is asked to staple an OCSP response (RFC 6066 §8); the JDK's library asks by itself.
///
/// TLS 1.0 and 1.1 are offered too, as better than no TLS; a demand does not accept them (RFC
/// 8996). Any thread. Close it when no session is left.
final class TlsClient implements AutoCloseable {
    /// Those that share their suites, from the newest on.
    private static final List<String> BEFORE_TLS_1_3 = List.of("TLSv1.2", "TLSv1.1", "TLSv1");

    /// How long a close waits until the goodbye of TLS is written.
    private static final long CLOSE_MILLIS = 1_000;

    /// Connectors that offer something of their own are few; one that was not used for long, as
    /// after its certificate was renewed, is made anew.
    private static final int MAX_CONTEXTS = 100;

    private final SslProvider provider;

    /// For each offer its own, so that what one connector presents, or a session that began so, never
    /// comes to a host of another.
    private final Map<TlsOffer, SslContext> contexts =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<TlsOffer, SslContext> eldest) {
                    if (size() <= MAX_CONTEXTS) return false;
                    // Its open sessions hold on to it.
                    ReferenceCountUtil.release(eldest.getValue());
                    return true;
                }
            };

    TlsClient(SslProvider provider) {
        this.provider = provider;
        contexts.put(TlsOffer.DEFAULT, context(TlsOffer.DEFAULT));
    }

    private SslContext context(TlsOffer offer) {
        var builder =
                SslContextBuilder.forClient()
                        .sslProvider(provider)
                        .protocols(protocols(offer.suites()))
                        .ciphers(
                                CipherSuite.names(offer.suites()),
                                SupportedCipherSuiteFilter.INSTANCE)
                        .trustManager(new AcceptAll())
                        .endpointIdentificationAlgorithm("");
        offer.clientCertificate().forEach(own -> builder.keyManager(new OwnKey(own)));
        if (provider != SslProvider.JDK) {
            builder.option(OpenSslContextOption.GROUPS, names(offer.groups())).enableOcsp(true);
        }
        try {
            SslContext context = builder.build();
            if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setSessionCacheEnabled(false);
            }
            return context;
        } catch (SSLException e) {
            throw new IllegalStateException("no TLS on this machine", e);
        }
    }

    /// From the newest on; none without a suite. Netty's own suites leave a host with an ECDSA
    /// certificate and TLS 1.1 without one.
    private static List<String> protocols(List<CipherSuite> suites) {
        var protocols = new ArrayList<String>();
        if (suites.stream().anyMatch(suite -> suite.isOf(TlsVersion.TLS_1_3))) {
            protocols.add("TLSv1.3");
        }
        if (suites.stream().anyMatch(suite -> suite.isOf(TlsVersion.TLS_1_2))) {
            protocols.addAll(BEFORE_TLS_1_3);
        }
        return protocols;
    }

    private static String[] names(List<KeyExchangeGroup> groups) {
        return groups.stream().map(KeyExchangeGroup::tlsName).toArray(String[]::new);
    }

    /// BoringSSL where there is one for this platform, else the JDK's.
    static SslProvider bestProvider() {
        return OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
    }

    /// A handler that begins the handshake with the host when it is added. The host's name is sent
    /// as SNI, an address never (RFC 6066 §3). It sets no time limit: the session does.
    synchronized SslHandler newHandler(ByteBufAllocator allocator, HostPlan host) {
        SslContext context = contexts.computeIfAbsent(host.offer(), this::context);
        String name = host.serverName();
        boolean named = IpRange.address(name).isEmpty();
        SslHandler handler =
                named && provider != SslProvider.JDK
                        ? context.newHandler(allocator, name, host.port())
                        : context.newHandler(allocator);
        if (named && provider == SslProvider.JDK) sendName(handler.engine(), name);
        handler.setHandshakeTimeoutMillis(0);
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_MILLIS);
        return handler;
    }

    /// The JDK keeps sessions by the peer that an engine was made for. This one was made for none.
    private static void sendName(SSLEngine engine, String name) {
        try {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            engine.setSSLParameters(parameters);
        } catch (IllegalArgumentException _) {
            // A name that only the DNS can have, such as one with an underscore: no SNI.
        }
    }

    @Override
    public synchronized void close() {
        contexts.values().forEach(ReferenceCountUtil::release);
        contexts.clear();
    }

    static final class AcceptAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
