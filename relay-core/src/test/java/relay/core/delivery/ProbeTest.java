package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static relay.core.delivery.Policies.ENCRYPTION;
import static relay.core.delivery.Policies.connector;
import static relay.core.delivery.Policies.smartHost;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.address.Domain;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.TlsTrouble;
import relay.core.delivery.HostFinding.Instead;
import relay.core.delivery.PartnerCheck.HostCheck;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.HostLimits;
import relay.core.tls.Evidence;
import relay.core.tls.PolicyVerdict;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet.Shortfall;

class ProbeTest {
    private static final PolicyTable OPPORTUNISTIC = connector("c").table();
    private static final PolicyTable DEMANDING = connector("c").tls(ENCRYPTION).table();
    private static final Evidence CLEAR = new Evidence.Plaintext(Shortfall.NOT_OFFERED, "");

    private final List<HostPlan> dialed = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    /// Opens a session where the script ends served.
    private record Scripted(SessionEnd end, ProbeTest test) implements Dialer {
        @Override
        public SessionEnd serve(HostPlan host, TlsUse tls, SessionObserver observer) {
            test.dialed.add(host);
            if (end instanceof SessionEnd.Served(var trouble) && trouble.isEmpty()) {
                var proof = new TlsProof(host.toString(), host.demands(), CLEAR);
                observer.opened(new Link(test.said), proof, HostLimits.NONE);
            }
            return end;
        }
    }

    private record Link(List<String> said) implements SessionObserver.SessionLink {
        @Override
        public void offer(QueueEntry entry) {
            said.add("offer");
        }

        @Override
        public void finish() {
            said.add("finish");
        }
    }

    private HostFinding look(SessionEnd end, PolicyTable policy) {
        return new Probe(new Scripted(end, this)).look(host(policy));
    }

    private static HostPlan host(PolicyTable policy) {
        String zone = "example.org MX 10 mx.example.org\nmx.example.org A 192.0.2.1";
        return ConnectionPlannerTest.hosts(ConnectionPlannerTest.plan("example.org", policy, zone))
                .getFirst();
    }

    private static Diagnostic why(Reason reason) {
        return Diagnostic.of(reason, new EnhancedStatus(4, 4, 1), reason.label(), "");
    }

    @Test
    void aHostThatMeetsEverythingIsLeftAtOnce() {
        // When a host takes part.
        HostFinding found = look(new SessionEnd.Served(List.of()), OPPORTUNISTIC);

        // Then what it showed is kept, and it is told to end before anything is offered.
        assertThat(found).isEqualTo(new HostFinding.Ready(CLEAR));
        assertThat(found.verdict()).isEqualTo(PolicyVerdict.MET);
        assertThat(said).containsExactly("finish");
    }

    @Test
    void unmetDemandsComeWithWhatWasSeen() {
        List<TlsDemand> demands = host(DEMANDING).demands();
        var unmet = TlsDemand.unmet(demands, CLEAR);
        HostFinding found =
                look(new SessionEnd.DemandsUnmet(why(Reason.TLS), unmet, CLEAR), DEMANDING);
        assertThat(found).isEqualTo(new HostFinding.DemandsUnmet(unmet, CLEAR));
        assertThat(found.verdict()).isEqualTo(PolicyVerdict.NOT_MET);
    }

    static Stream<Arguments> hostsWithoutTls() {
        return Stream.of(
                arguments("nobody minds", OPPORTUNISTIC, Instead.GOES_IN_CLEAR, PolicyVerdict.MET),
                arguments(
                        "the operator does",
                        connector("c").neverInClear().table(),
                        Instead.WAITS,
                        PolicyVerdict.NOT_MET));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostsWithoutTls")
    void whereTlsFailsItSaysWhatMailWouldDo(
            String name, PolicyTable policy, Instead instead, PolicyVerdict verdict) {
        var end = new SessionEnd.NotServed(why(Reason.TLS), TlsTrouble.FAILED);
        HostFinding found = look(end, policy);
        assertThat(found).as(name).isEqualTo(new HostFinding.NoTls(why(Reason.TLS), instead));
        assertThat(found.verdict()).isEqualTo(verdict);
        assertThat(dialed).as("no second connection, in clear").hasSize(1);
    }

    @Test
    void aHostThatCannotBeReachedProvesNothing() {
        var end = new SessionEnd.NotServed(why(Reason.TIMEOUT), TlsTrouble.NONE);
        assertThat(look(end, DEMANDING).verdict()).isEqualTo(PolicyVerdict.NOT_REACHED);
    }

    @Test
    void aFaultOfOursIsNoVerdictOnTheHost() {
        var end = new SessionEnd.Served(List.of(why(Reason.LOCAL)));
        assertThat(look(end, DEMANDING)).isEqualTo(new HostFinding.Away(why(Reason.LOCAL)));
    }

    @Test
    void aSmartHostHearsNoPasswordAndIsHeldToWhatOneDemands() {
        // Given a smart host that gets credentials from a delivery.
        PolicyTable policy = connector("c").via(smartHost("192.0.2.1", 25)).authenticated().table();
        assertThat(host(policy).identity()).hasSize(1);

        // When it is looked at.
        look(new SessionEnd.Served(List.of()), policy);

        // Then it gets none, and the demand for them holds all the same.
        assertThat(dialed.getFirst().identity()).isEmpty();
        assertThat(dialed.getFirst().demands()).isEqualTo(host(policy).demands()).hasSize(1);
    }

    static Stream<Arguments> partners() {
        var met = new HostFinding.Ready(CLEAR);
        var unmet = new HostFinding.DemandsUnmet(List.of(), CLEAR);
        var away = new HostFinding.Away(why(Reason.TIMEOUT));
        return Stream.of(
                arguments("no host at all", List.of(), PolicyVerdict.NOT_REACHED),
                arguments("the only host is down", List.of(away), PolicyVerdict.NOT_REACHED),
                arguments("one is down", List.of(away, met), PolicyVerdict.MET),
                arguments("one fails a demand", List.of(met, unmet), PolicyVerdict.NOT_MET),
                arguments(
                        "the only one that answers fails",
                        List.of(away, unmet),
                        PolicyVerdict.NOT_MET),
                arguments("all are good", List.of(met, met), PolicyVerdict.MET));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("partners")
    void aPartnerIsAsGoodAsTheWorstHostThatAnswers(
            String name, List<HostFinding> findings, PolicyVerdict verdict) {
        var check =
                new PartnerCheck(
                        new Domain("example.org"),
                        new Lane("c", "example.org", ""),
                        findings.stream()
                                .map(found -> new HostCheck(host(DEMANDING), found, Duration.ZERO))
                                .toList(),
                        List.of());
        assertThat(check.verdict()).as(name).isEqualTo(verdict);
    }
}
