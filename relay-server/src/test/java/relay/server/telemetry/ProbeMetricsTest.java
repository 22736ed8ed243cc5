package relay.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import relay.core.delivery.PartnerCheck;
import relay.server.testing.ProbeSamples;
import relay.server.testing.Samples;

class ProbeMetricsTest {

    private static String scraped(PartnerCheck check) {
        try (var metrics = new Metrics()) {
            var look = new PartnerCheck.Dated(check, Samples.NOON);
            metrics.watchProbes(
                    () -> Map.of("*.bank.example", look), () -> Samples.NOON.plusSeconds(90));
            return metrics.scrape();
        }
    }

    private static String gauge(String name, String value) {
        return "relay_probe_" + name + "{domain=\"*.bank.example\"} " + value + "\n";
    }

    @Test
    void aGoodPartnerIsOneEverywhere() {
        assertThat(scraped(ProbeSamples.met()))
                .contains(
                        gauge("reachable", "1.0"),
                        gauge("tls_offered", "1.0"),
                        gauge("policy_met", "1.0"),
                        gauge("age_seconds", "90.0"))
                .containsPattern(
                        "relay_probe_certificate_expiry_seconds\\{domain=\"\\*.bank.example\"} [1-9]");
    }

    @Test
    void aPartnerWithoutTlsIsReachableAndHasNoCertificate() {
        assertThat(scraped(ProbeSamples.notMet()))
                .contains(
                        gauge("reachable", "1.0"),
                        gauge("tls_offered", "0.0"),
                        gauge("policy_met", "0.0"))
                .doesNotContain("relay_probe_certificate_expiry_seconds{");
    }

    @Test
    void aPartnerThatIsDownMeetsNothing() {
        assertThat(scraped(ProbeSamples.notReached()))
                .contains(
                        gauge("reachable", "0.0"),
                        gauge("tls_offered", "0.0"),
                        gauge("policy_met", "0.0"));
    }
}
