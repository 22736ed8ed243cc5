package relay.server.listener;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.DomainWildcardMappingBuilder;
import io.netty.util.Mapping;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;
import relay.core.routing.ClientCertificates;
import relay.core.routing.ClientCertificates.Wish;
import relay.core.tls.CipherSuite;

/// How we serve TLS: 1.2 and 1.3 (RFC 8996, RFC 9325 §3.1.1), by BoringSSL where its library runs,
/// else by the JDK. Every suite has forward secrecy. Sessions are resumed by tickets, see
/// [TicketKeys].
final class ServerContexts {
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private static final List<String> CIPHER_SUITES = CipherSuite.names(CipherSuite.FORWARD_SECRET);

    /// With a hybrid first that a quantum computer does not break.
    private static final String[] GROUPS = {"X25519MLKEM768", "X25519", "P-256", "P-384"};

    private ServerContexts() {}

    /// As [#tryByName], for certificates that the library has taken before.
    static Mapping<String, SslContext> byName(
            List<ServerCertificate> certificates, ClientCertificates wish, LongSupplier nanoTime) {
        try {
            return tryByName(certificates, wish, nanoTime);
        } catch (SSLException e) {
            throw new IllegalStateException("TLS for " + wish.wish(), e);
        }
    }

    /// The context for each name that a client may ask for. The first certificate serves every name
    /// that none has, and of two with one name the first counts.
    static Mapping<String, SslContext> tryByName(
            List<ServerCertificate> certificates, ClientCertificates wish, LongSupplier nanoTime)
            throws SSLException {
        var keys = new IdentityHashMap<SslContext, TicketKeys>();
        var byName =
                new DomainWildcardMappingBuilder<SslContext>(
                        context(certificates.getFirst(), wish, keys, nanoTime));
        Set<String> taken = new HashSet<>(ClientChain.names(certificates.getFirst().chain()));
        for (ServerCertificate certificate : certificates.subList(1, certificates.size())) {
            SslContext context = context(certificate, wish, keys, nanoTime);
            ClientChain.names(certificate.chain()).stream()
                    .filter(taken::add)
                    .forEach(name -> byName.add(name, context));
        }
        Mapping<String, SslContext> contexts = byName.build();
        return name -> withFreshKeys(contexts.map(name), keys);
    }

    private static SslContext withFreshKeys(SslContext context, Map<SslContext, TicketKeys> all) {
        TicketKeys keys = all.get(context);
        if (keys != null) keys.renewOld();
        return context;
    }

    private static SslContext context(
            ServerCertificate certificate,
            ClientCertificates wish,
            Map<SslContext, TicketKeys> keys,
            LongSupplier nanoTime)
            throws SSLException {
        boolean boring = OpenSsl.isAvailable();
        var builder =
                SslContextBuilder.forServer(
                                certificate.key(),
                                certificate.chain().toArray(X509Certificate[]::new))
                        .sslProvider(boring ? SslProvider.OPENSSL : SslProvider.JDK)
                        .protocols(PROTOCOLS)
                        .ciphers(CIPHER_SUITES, SupportedCipherSuiteFilter.INSTANCE);
        if (boring) builder.option(OpenSslContextOption.GROUPS, GROUPS);
        if (wish.wish() != Wish.NOT_ASKED) {
            builder.clientAuth(ClientAuth.OPTIONAL).trustManager(new LetThrough(wish.roots()));
        }
        SslContext context = builder.build();
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            keys.put(context, new TicketKeys(sessions::setTicketKeys, nanoTime));
        }
        return context;
    }

    /// Names the roots to clients and takes what they show. It is judged afterwards, by
    /// [ClientChain]: a client hears in the dialogue what is wrong, and not in an alert.
    private record LetThrough(List<X509Certificate> roots) implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return roots.toArray(X509Certificate[]::new);
        }
    }
}
