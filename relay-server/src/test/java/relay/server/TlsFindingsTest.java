package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.delivery.HostFinding;
import relay.core.delivery.HostPlan;
import relay.core.delivery.PartnerCheck;
import relay.core.delivery.PartnerCheck.HostCheck;
import relay.core.delivery.TlsMemory;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.TlsDemand.StsMatch;
import relay.core.tls.TlsOffer;
import relay.server.testing.Samples;

/// What `relay verify-tls` says of policies that are only tried out.
class TlsFindingsTest {
    private static final String MX = "mx.bank.example";
    private static final TlsFindings.AskedDns ASKED =
            new TlsFindings.AskedDns(List.of(), TlsFindings.Dnssec.VALIDATES);

    @ParameterizedTest
    @CsvSource({
        "mx.bank.example, meets what is only tried out",
        "mx.other.example, 'does not meet what is only tried out, which keeps nothing back'"
    })
    void aPolicyThatIsTriedOutIsShown(String certified, String said) {
        // Given a host under an MTA-STS policy in mode testing, with a certificate for some name.
        var source = new Source(Source.Kind.STS, "bank.example");
        var host =
                new HostPlan(
                        MX,
                        InetAddress.getLoopbackAddress(),
                        25,
                        TlsMode.STARTTLS,
                        List.of(),
                        List.of(new StsMatch(source, MX, List.of(MX))),
                        PlaintextFallback.ALLOWED,
                        List.of(),
                        TlsOffer.DEFAULT,
                        Caller.DEFAULT,
                        "");
        var evidence =
                new Evidence.Encrypted(
                        Evidence.TlsVersion.TLS_1_3,
                        "TLS_AES_256_GCM_SHA384",
                        "",
                        new Evidence.ChainVerdict.Trusted(),
                        Set.of(certified),
                        List.of());
        var look = new HostCheck(host, new HostFinding.Ready(evidence), Duration.ofMillis(20));
        var check =
                new PartnerCheck(
                        Samples.domain("bank.example"), Samples.BANK, List.of(look), List.of());

        // When it is put into words, then one of them is about that policy, and it is met or not.
        var report = TlsFindings.of(check, ASKED, TlsMemory.NONE);
        assertThat(report.notes()).singleElement().asString().startsWith(host + " " + said + ": ");
        assertThat(report.verdict()).isEqualTo("met");
    }
}
