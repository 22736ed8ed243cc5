package relay.server.sts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.util.Timeout;
import relay.core.address.Domain;
import relay.core.delivery.Resolver;
import relay.core.delivery.Resolver.AddressAnswer;
import relay.core.event.RelayEvent.StsFetch.Result;
import relay.core.smtp.RemoteText;
import relay.core.tls.StsPolicy;

/// Fetches policy files: `https://mta-sts.DOMAIN/.well-known/mta-sts.txt` (RFC 8461 §3.3). Any
/// thread; a fetch blocks for a minute at most, whatever the host does.
///
/// No redirect is followed, nothing is cached, at most 64 KiB of `text/plain` count, and the
/// certificate is trusted and names the host in its subjectAltName.
final class PolicyHost implements AutoCloseable {
    private static final int PORT = 443;
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int OK = 200;
    private static final int DNS_NAME = 2;
    private static final int MAX_FETCHES = 200;
    private static final int MAX_DETAIL_CHARS = 300;

    private final CloseableHttpClient client;
    private final int port;
    private final Duration limit;

    sealed interface Fetched {
        /// `file` is what was served.
        record Policy(StsPolicy policy, String file) implements Fetched {}

        record Not(Result result, String why) implements Fetched {}
    }

    PolicyHost(Resolver resolver, Collection<X509Certificate> roots) {
        this(resolver, roots, PORT, LIMIT);
    }

    PolicyHost(Resolver resolver, Collection<X509Certificate> roots, int port, Duration limit) {
        this.port = port;
        this.limit = limit;
        client = client(new OwnDns(resolver), trusting(roots), Timeout.of(limit));
    }

    Fetched fetch(Domain domain) {
        var task = new FutureTask<>(() -> get("mta-sts." + domain.name()));
        // An interrupt ends every wait of a virtual thread, for sockets too.
        Thread.ofVirtual().name("mta-sts-fetch").start(task);
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            return failed("not done after " + limit.toSeconds() + " s");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return failed("the relay is stopping");
        } catch (ExecutionException fault) {
            return failed("internal fault: " + fault.getCause());
        } finally {
            task.cancel(true);
        }
    }

    private Fetched get(String host) {
        String authority = port == PORT ? host : host + ":" + port;
        var request = new HttpGet("https://" + authority + "/.well-known/mta-sts.txt");
        try {
            ClassicHttpResponse response = client.executeOpen(null, request, null);
            return read(response);
        } catch (SSLException e) {
            return new Fetched.Not(
                    isAboutCertificate(e) ? Result.UNTRUSTED : Result.FAILED, said(e));
        } catch (IOException e) {
            return failed(said(e));
        } finally {
            // Ends the connection; closing the response would read it to its end.
            request.cancel();
        }
    }

    private static Fetched read(ClassicHttpResponse response) throws IOException {
        if (response.getCode() != OK) return failed("status " + response.getCode());
        HttpEntity entity = response.getEntity();
        if (entity == null) return failed("no content");
        ContentType type = ContentType.parseLenient(entity.getContentType());
        if (type == null || !type.isSameMimeType(ContentType.TEXT_PLAIN)) {
            return failed("the content is not text/plain");
        }
        byte[] file = start(entity);
        return switch (StsPolicy.parse(file)) {
            case StsPolicy.Parsed.Valid(var policy) ->
                    new Fetched.Policy(policy, new String(file, StandardCharsets.UTF_8));
            case StsPolicy.Parsed.Invalid(var why) ->
                    new Fetched.Not(Result.INVALID, RemoteText.printable(why, MAX_DETAIL_CHARS));
        };
    }

    /// One byte more than counts, so that one can tell.
    private static byte[] start(HttpEntity entity) throws IOException {
        return entity.getContent().readNBytes(StsPolicy.MAX_BYTES + 1);
    }

    private static Fetched failed(String why) {
        return new Fetched.Not(Result.FAILED, RemoteText.printable(why, MAX_DETAIL_CHARS));
    }

    private static String said(IOException e) {
        return Optional.ofNullable(e.getMessage()).orElseGet(e::toString);
    }

    private static boolean isAboutCertificate(SSLException e) {
        return Stream.iterate((Throwable) e, cause -> cause != null, Throwable::getCause)
                .anyMatch(cause ->
                        cause instanceof CertificateException
                                || cause instanceof SSLPeerUnverifiedException);
    }

    private static CloseableHttpClient client(OwnDns dns, SSLContext tls, Timeout timeout) {
        var connections =
                PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(dns)
                        .setTlsSocketStrategy(
                                new DefaultClientTlsStrategy(
                                        tls,
                                        new String[] {"TLSv1.3", "TLSv1.2"},
                                        null,
                                        SSLBufferMode.STATIC,
                                        HostnameVerificationPolicy.BOTH,
                                        (_, session) -> hasDnsName(session)))
                        .setConnectionFactory(
                                ManagedHttpClientConnectionFactory.builder()
                                        .http1Config(
                                                Http1Config.custom()
                                                        .setMaxLineLength(8 << 10)
                                                        .setMaxHeaderCount(100)
                                                        .build())
                                        .build())
                        .setDefaultConnectionConfig(
                                ConnectionConfig.custom()
                                        .setConnectTimeout(Timeout.ofSeconds(20))
                                        .setSocketTimeout(timeout)
                                        .build())
                        .setMaxConnTotal(MAX_FETCHES)
                        .build();
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setConnectionReuseStrategy((_, _, _) -> false)
                .setDefaultRequestConfig(
                        RequestConfig.custom()
                                .setConnectionRequestTimeout(timeout)
                                .setResponseTimeout(timeout)
                                .build())
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .setUserAgent("relay")
                .build();
    }

    /// Where a certificate has no DNS name, the JDK would look at the common name, which is none
    /// (RFC 8461 §3.3).
    private static boolean hasDnsName(SSLSession session) {
        try {
            Certificate own = session.getPeerCertificates()[0];
            Collection<List<?>> names = ((X509Certificate) own).getSubjectAlternativeNames();
            return names != null
                    && names.stream().anyMatch(name -> name.getFirst().equals(DNS_NAME));
        } catch (SSLPeerUnverifiedException | CertificateParsingException _) {
            return false;
        }
    }

    private static SSLContext trusting(Collection<X509Certificate> roots) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (X509Certificate root : roots) store.setCertificateEntry("root" + number++, root);
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the trust roots cannot be used", e);
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Addresses as for mail hosts: by the DNS servers and the trust of the configuration.
    private record OwnDns(Resolver resolver) implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            return switch (resolver.addresses(host)) {
                case AddressAnswer.Addresses(var found, _) -> found.toArray(InetAddress[]::new);
                case AddressAnswer.None _ ->
                        throw new UnknownHostException("the host " + host + " has no address");
                case AddressAnswer.Failed(var detail) ->
                        throw new UnknownHostException(
                                "the address look-up of " + host + " failed: " + detail);
            };
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }
}
