package relay.server.tracking;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import relay.core.address.Mailbox;
import relay.core.event.RelayEvent;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet.Shortfall;
import relay.server.testing.Samples;

/// Events as the tests of the log want them.
final class TrackedSamples {
    static final String HOST = "mx.bank.example[192.0.2.7]:25";

    /// What `openssl x509 -noout -fingerprint -sha256` prints of the certificate.
    static final String FINGERPRINT =
            "62:96:67:08:D5:09:61:41:68:43:B2:51:AE:FC:93:6E:"
                    + "FC:06:71:CF:B7:40:DA:F8:DE:EB:A3:53:91:64:36:05";

    static final TlsDemand NAMED =
            new TlsDemand.TrustedName(Samples.DEMAND.source(), Set.of("mx.bank.example"));

    private static final String CERTIFICATE =
            """
            -----BEGIN CERTIFICATE-----
            MIIB6DCCAY+gAwIBAgIUaWpeW3uDlmNuFi9D6pfujXkbRlYwCgYIKoZIzj0EAwIw
            OzELMAkGA1UEBhMCQ0gxEjAQBgNVBAoMCUJhbmssIEx0ZDEYMBYGA1UEAwwPbXgu
            YmFuay5leGFtcGxlMCAXDTI2MTEyNDE1MTQyNVoYDzIxMjYxMDMxMTUxNDI1WjA7
            MQswCQYDVQQGEwJDSDESMBAGA1UECgwJQmFuaywgTHRkMRgwFgYDVQQDDA9teC5i
            YW5rLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQwLoY5837SA9EL
            uEF89n1c9EtdiDjjcUK+BuyVgqhELAUM3kPhLYG29FT54chDofvEY9NcHIy1SLAt
            LJEpNZpeo28wbTAdBgNVHQ4EFgQUw3DOf5XbLRSrZqgVFu1dEQ9DINEwHwYDVR0j
            BBgwFoAUw3DOf5XbLRSrZqgVFu1dEQ9DINEwDwYDVR0TAQH/BAUwAwEB/zAaBgNV
            HREEEzARgg9teC5iYW5rLmV4YW1wbGUwCgYIKoZIzj0EAwIDRwAwRAIgCQ/xARcn
            468AtmrSU88tCCkQnKxN+NTcbThjNFu+6o0CIDoPPEw5iIF966lM5D5Dj/UL9q4f
            t7pAlWCxZptukyeF
            -----END CERTIFICATE-----
            """;

    private TrackedSamples() {}

    static X509Certificate certificate() {
        try {
            var encoded = new ByteArrayInputStream(CERTIFICATE.getBytes(StandardCharsets.US_ASCII));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(encoded);
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    static Evidence tls() {
        return new Evidence.Encrypted(
                Evidence.TlsVersion.TLS_1_3,
                "TLS_AES_256_GCM_SHA384",
                "X25519",
                new Evidence.ChainVerdict.Trusted(),
                Set.of("mx.bank.example"),
                List.of(certificate()));
    }

    static Evidence clear() {
        return new Evidence.Plaintext(Shortfall.NOT_OFFERED, "no STARTTLS in EHLO");
    }

    static QueueEntry entry(long id, Lane lane, String... recipients) {
        Mailbox[] to =
                List.of(recipients).stream()
                        .map(address -> address.split("@", 2))
                        .map(parts -> Samples.mailbox(parts[0], parts[1]))
                        .toArray(Mailbox[]::new);
        return Samples.entry(id, lane, to);
    }

    static RelayEvent received(QueueEntry entry) {
        return new RelayEvent.Received(Samples.message(entry), clear());
    }

    static RelayEvent delivered(QueueEntry entry, Instant at) {
        return delivered(entry, at, new TlsProof(HOST, List.of(NAMED), tls()));
    }

    static RelayEvent delivered(QueueEntry entry, Instant at, TlsProof proof) {
        var reply = new Reply(250, List.of("2.0.0 Ok: queued as 7F3A"));
        return new RelayEvent.Delivered(entry, entry.recipients(), reply, proof, at);
    }

    static RelayEvent deliveredInClear(QueueEntry entry, Instant at) {
        return delivered(entry, at, new TlsProof("mx[192.0.2.9]:25", List.of(), clear()));
    }

    static RelayEvent bounced(QueueEntry entry, Diagnostic why, QueueEntry notice) {
        return new RelayEvent.Bounced(
                entry, entry.recipients(), why, List.of(Samples.message(notice)));
    }
}
