package relay.server.outbound;

import io.netty.handler.ssl.OpenSslSession;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import java.io.ByteArrayInputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import relay.core.sasl.ChannelBinding;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.TlsDemand;

/// What a finished handshake showed, as the TLS library tells it: read on the event loop, made into
/// evidence elsewhere.
record Handshake(
        TlsVersion protocol,
        String cipherSuite,
        String group,
        List<Certificate> sent,
        List<Certificate> presented,
        List<ChannelBinding> exported,
        List<byte[]> stapled) {
    private static final byte[] NOTHING = new byte[0];
    private static final int DNS_NAME = 2;
    private static final String EXPORTER_LABEL = "EXPORTER-Channel-Binding";
    private static final int EXPORTED_BYTES = 32;

    /// Throws [IllegalArgumentException] for a protocol that is no TLS.
    static Handshake of(SSLEngine engine) {
        SSLSession session = engine.getSession();
        TlsVersion protocol = version(session.getProtocol());
        return new Handshake(
                protocol,
                iana(session.getCipherSuite()),
                group(session),
                sent(session),
                presented(session),
                exported(session, protocol),
                stapled(engine));
    }

    /// The OCSP response for the host's own certificate, at most one.
    private static List<byte[]> stapled(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine openSsl) {
            byte[] response = openSsl.getOcspResponse();
            return response == null ? List.of() : List.of(response);
        }
        return engine.getSession() instanceof ExtendedSSLSession extended
                ? extended.getStatusResponses().stream().limit(1).toList()
                : List.of();
    }

    /// The library of the JDK does not tell.
    private static String group(SSLSession session) {
        String named = session instanceof OpenSslSession known ? known.getNamedGroup() : null;
        return named == null ? "" : named;
    }

    private static List<Certificate> presented(SSLSession session) {
        Certificate[] own = session.getLocalCertificates();
        return own == null ? List.of() : List.of(own);
    }

    /// RFC 9266 §3: from TLS 1.3 on. The JDK's TLS tells it, BoringSSL's binding to Java does not.
    private static List<ChannelBinding> exported(SSLSession session, TlsVersion protocol) {
        if (protocol != TlsVersion.TLS_1_3 || !(session instanceof ExtendedSSLSession extended)) {
            return List.of();
        }
        try {
            byte[] exported =
                    extended.exportKeyingMaterialData(EXPORTER_LABEL, new byte[0], EXPORTED_BYTES);
            return List.of(ChannelBinding.exporter(exported));
        } catch (SSLKeyException | UnsupportedOperationException _) {
            return List.of();
        }
    }

    private static TlsVersion version(String protocol) {
        return switch (protocol) {
            case "TLSv1" -> TlsVersion.TLS_1_0;
            case "TLSv1.1" -> TlsVersion.TLS_1_1;
            case "TLSv1.2" -> TlsVersion.TLS_1_2;
            case "TLSv1.3" -> TlsVersion.TLS_1_3;
            default -> throw new IllegalArgumentException("protocol " + protocol);
        };
    }

    /// The JDK has names of its own for suites older than TLS.
    private static String iana(String cipherSuite) {
        return cipherSuite.startsWith("SSL_") ? "TLS_" + cipherSuite.substring(4) : cipherSuite;
    }

    private static List<Certificate> sent(SSLSession session) {
        try {
            return List.of(session.getPeerCertificates());
        } catch (SSLPeerUnverifiedException _) {
            return List.of();
        }
    }

    /// Judges the chain, and follows it up to the issuers that `demands` may ask for. Takes CPU: not
    /// for an event loop.
    Evidence.Encrypted evidence(ChainJudge judge, List<TlsDemand> demands) {
        try {
            List<X509Certificate> chain = parsed(sent);
            Set<String> names = chain.isEmpty() ? Set.of() : dnsNames(chain.getFirst());
            return new Evidence.Encrypted(
                    protocol,
                    cipherSuite,
                    group,
                    judge.judge(chain),
                    names,
                    chain,
                    judge.path(chain, demands),
                    judge.judge(chain, demands),
                    parsed(presented),
                    judge.status(chain, stapled.isEmpty() ? NOTHING : stapled.getFirst(), demands));
        } catch (CertificateException _) {
            var verdict = new ChainVerdict.Untrusted("the certificate cannot be read");
            return new Evidence.Encrypted(
                    protocol, cipherSuite, group, verdict, Set.of(), List.of());
        }
    }

    /// The TLS library's certificates are its own; the path builder wants the JDK's.
    private static List<X509Certificate> parsed(List<Certificate> sent)
            throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        var chain = new ArrayList<X509Certificate>(sent.size());
        for (Certificate certificate : sent) {
            var encoded = new ByteArrayInputStream(certificate.getEncoded());
            chain.add((X509Certificate) factory.generateCertificate(encoded));
        }
        return chain;
    }

    private static Set<String> dnsNames(X509Certificate leaf) throws CertificateParsingException {
        Collection<List<?>> names = leaf.getSubjectAlternativeNames();
        if (names == null) return Set.of();
        var found = new HashSet<String>();
        for (List<?> name : names) {
            boolean dns = name.get(0) instanceof Integer type && type == DNS_NAME;
            if (dns && name.get(1) instanceof String text && isHostName(text)) {
                found.add(text.toLowerCase(Locale.ROOT));
            }
        }
        return found;
    }

    /// Nothing else could be equal to a name that is wanted, and what is kept is shown to people.
    private static boolean isHostName(String text) {
        return text.matches("[A-Za-z0-9._*-]{1,255}");
    }
}
