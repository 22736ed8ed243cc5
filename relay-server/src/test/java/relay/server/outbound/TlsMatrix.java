package relay.server.outbound;

import static java.util.Map.entry;
import static relay.server.outbound.TestTlsa.certificate;
import static relay.server.outbound.TestTlsa.key;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import relay.core.delivery.Resolver.Security;
import relay.core.delivery.Resolver.TlsaAnswer;
import relay.core.delivery.StsPolicies;
import relay.core.tls.StsPolicy;
import relay.core.tls.StsPolicy.Mode;
import relay.core.tls.Tlsa;
import relay.server.outbound.MatrixHost.StartTls;
import relay.server.outbound.TestCertificates.Identity;

/// Reads the rows of docs/tls-matrix.md, and knows what their words mean.
final class TlsMatrix {
    static final TestCertificates CERTIFICATES = new TestCertificates();

    private static final Path DOCUMENT = Path.of("..", "docs", "tls-matrix.md");
    private static final Identity GOOD = CERTIFICATES.named(Outbound.HOST);
    private static final Identity MUST_STAPLE = CERTIFICATES.mustStaple(Outbound.HOST);
    private static final X509Certificate ISSUER = GOOD.chain().get(1);
    private static final X509Certificate ROOT =
            CERTIFICATES.roots().certificates().iterator().next();
    private static final X509Certificate OTHER = CERTIFICATES.named("other.example").leaf();

    private static final String FLOOR = "domains: [{ domain: partner.example, requireTls: true";
    private static final String AEAD =
            "[TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256,"
                    + " TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]";

    private static final Map<String, StartTls> WITHOUT_TLS =
            Map.of(
                    "no STARTTLS", StartTls.NOT_OFFERED,
                    "STARTTLS refused", StartTls.REFUSED,
                    "no handshake", StartTls.BROKEN);

    /// Hosts of one version and suite.
    private static final Map<String, String> LIMITED =
            Map.of(
                    "good, TLS 1.0 only",
                    "TLSv1 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                    "good, TLS 1.1 only",
                    "TLSv1.1 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                    "good, TLS 1.2 only",
                    "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "good, TLS 1.2 with CBC only",
                    "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA");

    private static final Map<String, StsPolicy> MTA_STS =
            Map.of(
                    "MTA-STS enforce", sts(Mode.ENFORCE, Outbound.HOST),
                    "MTA-STS enforce by pattern", sts(Mode.ENFORCE, "*.example"),
                    "MTA-STS enforce for another host", sts(Mode.ENFORCE, "mx.other.example"),
                    "MTA-STS testing", sts(Mode.TESTING, Outbound.HOST),
                    "MTA-STS testing for another host", sts(Mode.TESTING, "mx.other.example"),
                    "MTA-STS none", sts(Mode.NONE, Outbound.HOST));

    private static StsPolicy sts(Mode mode, String mx) {
        return new StsPolicy(mode, List.of(mx), Duration.ofDays(7));
    }

    private static final Map<String, Identity> CERTIFICATE =
            Map.of(
                    "good", GOOD,
                    "wrong name", CERTIFICATES.named("other.example"),
                    "expired", CERTIFICATES.expired(Outbound.HOST),
                    "self-signed", CERTIFICATES.selfSigned(Outbound.HOST),
                    "must-staple", MUST_STAPLE,
                    "good, issuer not sent", CERTIFICATES.withoutIntermediate(Outbound.HOST));

    private static final TestOcsp OCSP = CERTIFICATES.ocsp();
    private static final Instant YESTERDAY = TestCertificates.NOW.minus(Duration.ofDays(1));

    /// OCSP responses about the certificate `own`.
    private static Map<String, byte[]> stapled(X509Certificate own) {
        return Map.of(
                "OCSP good",
                OCSP.good(own),
                "OCSP revoked",
                OCSP.revoked(own),
                "OCSP revoked by a delegate",
                OCSP.by(CERTIFICATES.responder(TestCertificates.NOW.plus(Duration.ofDays(1))))
                        .revoked(own),
                "OCSP out of date",
                OCSP.dated(YESTERDAY, YESTERDAY.plus(Duration.ofHours(1))).good(own),
                "OCSP unknown",
                OCSP.unknown(own),
                "OCSP of another certificate",
                OCSP.good(OTHER),
                "OCSP signed by a stranger",
                OCSP.by(CERTIFICATES.selfSigned("ocsp.example")).good(own),
                "OCSP: try later",
                TestOcsp.tryLater(),
                "OCSP unreadable",
                new byte[] {1, 2, 3});
    }

    /// What stands in the configuration behind the connector's smart host.
    private static final Map<String, String> DEMANDS =
            Map.ofEntries(
                    entry("nothing", ""),
                    entry("EncryptionOnly", level("EncryptionOnly")),
                    entry("CertificateValidation", level("CertificateValidation")),
                    entry("DomainValidation", level("DomainValidation")),
                    entry("EncryptionOnly by a `domains` entry", FLOOR + " }]"),
                    entry("`plaintextFallback: never`", "    plaintextFallback: never"),
                    entry(
                            "`tlsMinVersion: TLSv1.3`",
                            level("EncryptionOnly") + "\n    tlsMinVersion: TLSv1.3"),
                    entry(
                            "`tlsMinVersion: TLSv1.3` by a `domains` entry",
                            FLOOR + ", tlsMinVersion: TLSv1.3 }]"),
                    entry(
                            "`tlsCipherSuites` without CBC",
                            level("EncryptionOnly") + "\n    tlsCipherSuites: " + AEAD),
                    entry(
                            "`tlsCipherSuites` of TLS 1.2",
                            level("EncryptionOnly")
                                    + "\n    tlsCipherSuites:"
                                    + " [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]"),
                    entry(
                            "`tlsCipherSuites` without CBC by a `domains` entry",
                            FLOOR + ", tlsCipherSuites: " + AEAD + " }]"),
                    entry("EncryptionOnly, TLS 1.0 until tomorrow", legacy("EncryptionOnly", 1)),
                    entry("EncryptionOnly, TLS 1.0 until today", legacy("EncryptionOnly", 0)),
                    entry("EncryptionOnly, TLS 1.0 until yesterday", legacy("EncryptionOnly", -1)),
                    entry(
                            "DomainValidation, TLS 1.0 until tomorrow",
                            legacy("DomainValidation", 1)),
                    entry(
                            "TLS 1.0 until tomorrow, EncryptionOnly by a `domains` entry",
                            legacy("EncryptionOnly", 1) + "\n" + FLOOR + " }]"),
                    entry(
                            "`tlsMinVersion: TLSv1.3`, TLS 1.2 until tomorrow",
                            level("EncryptionOnly")
                                    + "\n    tlsMinVersion: TLSv1.3\n"
                                    + exception("TLSv1.2", 1)));

    private static String legacy(String level, int days) {
        return level(level) + "\n" + exception("TLSv1.0", days);
    }

    private static String exception(String version, int days) {
        LocalDate today = LocalDate.ofInstant(TestCertificates.NOW, ZoneOffset.UTC);
        return "    tlsLegacyException: { minVersion: %s, until: %s }"
                .formatted(version, today.plusDays(days));
    }

    /// A row, in the words of the document.
    record Row(String publishes, String presents, String demands, String outcome) {

        MatrixHost host() {
            StartTls without = WITHOUT_TLS.get(presents);
            if (without != null) return MatrixHost.without(without);
            if (presents.contains(", OCSP")) return stapling(presents.split(", ", 2));
            String limits = LIMITED.get(presents);
            if (limits == null) return MatrixHost.showing(known(CERTIFICATE, presents));
            String[] both = limits.split(" ", 2);
            return MatrixHost.showing(GOOD).only(both[0], both[1]);
        }

        private static MatrixHost stapling(String[] both) {
            Identity own = known(CERTIFICATE, both[0]);
            return MatrixHost.showing(own).stapling(known(stapled(own.leaf()), both[1]));
        }

        MatrixDns dns() {
            Identity own = CERTIFICATE.getOrDefault(presents.split(", OCSP", 2)[0], GOOD);
            return known(published(own.leaf()), tlsa());
        }

        private String tlsa() {
            if (!publishes.startsWith("MTA-STS ")) return publishes;
            String[] both = publishes.split(" and ", 2);
            return both.length == 2 ? both[1] : "nothing";
        }

        StsPolicies sts() {
            if (!publishes.startsWith("MTA-STS ")) return StsPolicies.NONE;
            StsPolicy policy = known(MTA_STS, publishes.split(" and ", 2)[0]);
            return domain -> Optional.of(policy).filter(_ -> domain.name().equals(Outbound.HOST));
        }

        String configuration() {
            return known(DEMANDS, demands);
        }
    }

    private TlsMatrix() {}

    static List<Row> rows() {
        try {
            return Files.readAllLines(DOCUMENT).stream()
                    .filter(line -> line.startsWith("| ") && !line.startsWith("| publishes"))
                    .map(TlsMatrix::row)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Row row(String line) {
        String[] cells = line.split(" *\\| *", -1);
        return new Row(cells[1], cells[2], cells[3], cells[4]);
    }

    private static <T> T known(Map<String, T> words, String word) {
        return Objects.requireNonNull(words.get(word), () -> "the matrix does not know: " + word);
    }

    private static String level(String word) {
        return "    requireTls: true\n    tlsAuthLevel: " + word;
    }

    /// What can be published of a host whose own certificate is `own`.
    private static Map<String, MatrixDns> published(X509Certificate own) {
        Map<String, MatrixDns> dns = new HashMap<>();
        dns.put("nothing", new MatrixDns(Security.SECURE, new TlsaAnswer.None()));
        dns.put("3 1 1", tlsa(key(3, 1, own)));
        dns.put("3 1 2", tlsa(key(3, 2, own)));
        dns.put("3 1 0", tlsa(key(3, 0, own)));
        dns.put("3 0 1", tlsa(certificate(3, 1, own)));
        dns.put("3 1 1 of another key", tlsa(key(3, 1, OTHER)));
        dns.put("3 1 1 of another key and of this", tlsa(key(3, 1, OTHER), key(3, 1, own)));
        dns.put("3 1 1 of this key, 3 1 2 of another", tlsa(key(3, 1, own), key(3, 2, OTHER)));
        dns.put("2 0 1 of the issuer", tlsa(certificate(2, 1, ISSUER)));
        dns.put("2 0 1 of a root not sent", tlsa(certificate(2, 1, ROOT)));
        dns.put("2 0 0 of a root not sent", tlsa(certificate(2, 0, ROOT)));
        dns.put("1 1 1", tlsa(key(1, 1, own)));
        dns.put("0 0 1", tlsa(certificate(0, 1, ROOT)));
        dns.put("3 9 1", tlsa(new Tlsa(3, 9, 1, "00".repeat(32))));
        dns.put("3 1 1, too short", tlsa(new Tlsa(3, 1, 1, "00")));
        dns.put("TLSA look-up: SERVFAIL", failed("SERVFAIL"));
        dns.put("TLSA look-up: forged", failed("the signatures are bogus"));
        dns.put("3 1 1, address not signed", unsigned(key(3, 1, own)));
        dns.put("3 1 1 of another key, address not signed", unsigned(key(3, 1, OTHER)));
        return dns;
    }

    private static MatrixDns tlsa(Tlsa... records) {
        return new MatrixDns(Security.SECURE, new TlsaAnswer.Records(List.of(records)));
    }

    private static MatrixDns unsigned(Tlsa... records) {
        return new MatrixDns(Security.INSECURE, new TlsaAnswer.Records(List.of(records)));
    }

    private static MatrixDns failed(String detail) {
        return new MatrixDns(Security.SECURE, new TlsaAnswer.Failed(detail));
    }
}
