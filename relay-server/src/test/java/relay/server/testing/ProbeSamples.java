package relay.server.testing;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import relay.core.delivery.HostFinding;
import relay.core.delivery.HostPlan;
import relay.core.delivery.PartnerCheck;
import relay.core.delivery.PartnerCheck.HostCheck;
import relay.core.queue.Diagnostic;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.smtp.EnhancedStatus;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand;
import relay.core.tls.Unmet.Shortfall;
import relay.server.demo.DemoAuthority;

/// What looks at a partner may show.
public final class ProbeSamples {
    private ProbeSamples() {}

    /// TLS with a certificate that is valid at [Samples#NOON], and every demand met.
    public static PartnerCheck met() {
        return check(
                new HostFinding.Ready(
                        new Evidence.Encrypted(
                                Evidence.TlsVersion.TLS_1_3,
                                "TLS_AES_256_GCM_SHA384",
                                "",
                                new Evidence.ChainVerdict.Trusted(),
                                Set.of("mx.bank.example"),
                                List.of(certificate()))));
    }

    /// A demand, and no STARTTLS.
    public static PartnerCheck notMet() {
        var clear = new Evidence.Plaintext(Shortfall.NOT_OFFERED, "no STARTTLS");
        var unmet = TlsDemand.unmet(List.of(Samples.DEMAND), clear);
        return check(new HostFinding.DemandsUnmet(unmet, clear));
    }

    public static PartnerCheck notReached() {
        var status = new EnhancedStatus(4, 4, 1);
        return check(
                new HostFinding.Away(
                        Diagnostic.of(Diagnostic.Reason.TIMEOUT, status, "no answer", "")));
    }

    private static PartnerCheck check(HostFinding finding) {
        return new PartnerCheck(
                Samples.domain("bank.example"),
                Samples.BANK,
                List.of(new HostCheck(host("mx.bank.example"), finding, Duration.ofMillis(20))),
                List.of());
    }

    public static HostPlan host(String name) {
        return new HostPlan(
                name,
                InetAddress.getLoopbackAddress(),
                25,
                TlsMode.STARTTLS,
                List.of(),
                PlaintextFallback.ALLOWED,
                List.of());
    }

    private static X509Certificate certificate() {
        byte[] pem = new DemoAuthority(Samples.NOON).rootPem().getBytes(StandardCharsets.US_ASCII);
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(pem));
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }
}
