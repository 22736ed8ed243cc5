package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.DeliveryOutcome.Deferred;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.DeliveryOutcome.InDoubt;
import relay.core.queue.DeliveryOutcome.Rejected;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.routing.ErrorPolicy;
import relay.core.routing.ErrorPolicy.DnsFailure;
import relay.core.routing.ErrorPolicy.Meaning;
import relay.core.routing.ErrorPolicy.Said;
import relay.core.routing.ErrorPolicy.Unresolved;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.Reply;

/// What the operator makes of troubles, and what nobody makes anything of.
class ErrorPolicyTest {
    /// Turns whatever can be turned.
    private static final List<ErrorPolicy> EVERYTHING =
            Stream.concat(
                            Stream.of(
                                    said(550, Meaning.TRANSIENT),
                                    said(530, Meaning.TRANSIENT),
                                    said(450, Meaning.PERMANENT)),
                            Stream.of(DnsFailure.values())
                                    .map(failure ->
                                            unresolved(
                                                    failure,
                                                    failure.status().statusClass() == 5
                                                            ? Meaning.TRANSIENT
                                                            : Meaning.PERMANENT)))
                    .toList();

    @Test
    void aReplyMeansWhatTheFirstPolicyThatFitsSays() {
        // Given policies for a status, for words, and for the rest of a code.
        var status = List.of(new EnhancedStatus(5, 7, 1));
        var rules =
                new ErrorRules(
                        List.of(
                                new ErrorPolicy(new Said(550, status, "Grey"), Meaning.TRANSIENT),
                                new ErrorPolicy(new Said(550, status, ""), Meaning.PERMANENT),
                                said(550, Meaning.TRANSIENT)));

        // Then status and words are asked for, in the order of the list.
        assertThat(judged(rules, Reply.of(550, 7, 1, "You are GREYlisted")))
                .isInstanceOf(Deferred.class);
        assertThat(judged(rules, Reply.of(550, 7, 1, "No"))).isInstanceOf(Rejected.class);
        assertThat(judged(rules, Reply.of(550, 1, 1, "No such user"))).isInstanceOf(Deferred.class);
        assertThat(judged(rules, Reply.plain(550, "No"))).isInstanceOf(Deferred.class);
        assertThat(judged(rules, Reply.of(551, 7, 1, "Grey"))).isInstanceOf(Rejected.class);

        // And the diagnostic says who decided, in the class of the decision.
        var deferred = (Deferred) judged(rules, Reply.of(550, 1, 1, "No such user"));
        assertThat(deferred.why().status()).isEqualTo(new EnhancedStatus(4, 1, 1));
        assertThat(deferred.why().text()).endsWith("(transient by errorPolicies)");
        assertThat(deferred.why().remoteReply()).isEqualTo("550 5.1.1 No such user");
    }

    @Test
    void mailIsRetriedOrGivenBackAsThePolicySays() {
        // Given a connector for which 550 is transient and 450 permanent.
        World world = world(EVERYTHING);
        world.accept("x@a.example");
        world.accept("y@a.example");
        SessionId session = world.onlySession();
        world.open(session);

        // When a host says 550 to one message and 450 to the other.
        List<QueueEntry> both = List.copyOf(world.at(session));
        world.answer(session, both.getFirst(), rejected(Reply.plain(550, "No")));
        world.answer(session, both.getLast(), deferred(Reply.plain(450, "Later")));
        world.settle();

        // Then the first waits, and the second goes back.
        assertThat(world.onlyEntry().id()).isEqualTo(both.getFirst().id());
        assertThat(world.onlyEntry().attempts()).isEqualTo(1);
        assertThat(world.notices)
                .extracting(notice -> notice.entry().id())
                .containsExactly(both.getLast().id());
    }

    @ParameterizedTest
    @EnumSource
    void aDnsFailureMeansWhatThePolicySays(DnsFailure failure) {
        // Given a failure, by itself, and where the operator turns it round.
        var why = Diagnostic.of(Reason.DNS, failure.status(), "no host", "");
        boolean ends = failure.status().statusClass() == 5;
        for (List<ErrorPolicy> policies : List.of(List.<ErrorPolicy>of(), EVERYTHING)) {
            World world = world(policies);
            world.accept("x@a.example");

            // When the DNS has no host.
            world.end(world.onlySession(), ends ? new Ending.Never(why) : new Ending.NoHost(why));
            world.settle();

            // Then the mail goes back, or waits.
            boolean expected = policies.isEmpty() == ends;
            assertThat(world.notices).hasSize(expected ? 1 : 0);
            assertThat(world.disk.entries).hasSize(expected ? 0 : 1);
        }
    }

    static Stream<Diagnostic> troublesOfTls() {
        return Stream.of(
                // A demand that is not met, also by what a host says to STARTTLS, REQUIRETLS, and a
                // TLSA look-up without an answer.
                Diagnostic.of(Reason.TLS, new EnhancedStatus(4, 7, 10), "unmet", "mx"),
                new Diagnostic(
                        Reason.TLS,
                        new EnhancedStatus(4, 7, 10),
                        "unmet",
                        "mx",
                        "450 4.7.0 TLS not available",
                        List.of("encryption")),
                Diagnostic.of(Reason.DNS, new EnhancedStatus(4, 7, 5), "TLSA", "mx"),
                Diagnostic.of(Reason.AUTHENTICATION, new EnhancedStatus(4, 7, 8), "who", "mx"));
    }

    @ParameterizedTest
    @MethodSource("troublesOfTls")
    void noPolicyMakesAnythingOfTlsButWaiting(Diagnostic why) {
        // Given policies that turn everything.
        for (Ending ending : List.of(new Ending.DemandsUnmet(why), new Ending.NoHost(why))) {
            World world = world(EVERYTHING);
            world.accept("x@a.example");

            // When TLS is to blame, then the mail waits.
            world.end(world.onlySession(), ending);
            world.settle();
            assertThat(world.notices).isEmpty();
            assertThat(world.disk.entries).hasSize(1);
        }
        assertThat(judged(new ErrorRules(EVERYTHING), new Deferred(why)))
                .isEqualTo(new Deferred(why));
    }

    @Test
    void whatWasTakenIsTakenAndWhatIsInDoubtIsInDoubt() {
        var rules = new ErrorRules(EVERYTHING);
        var taken = new Delivered(Reply.of(250, 0, 0, "ok"));
        var doubt = new InDoubt(Diagnostic.said(Reply.plain(450, "Later"), "DATA", "mx"));
        assertThat(judged(rules, taken)).isEqualTo(taken);
        assertThat(judged(rules, doubt)).isEqualTo(doubt);
    }

    private static World world(List<ErrorPolicy> policies) {
        var connector = World.connector(OnTlsFailure.QUEUE).with(policies);
        return new World(SchedulerLimits.DEFAULT, new PolicyTable(List.of(connector), List.of()));
    }

    private static ErrorPolicy said(int code, Meaning meaning) {
        return new ErrorPolicy(new Said(code, List.of(), ""), meaning);
    }

    private static ErrorPolicy unresolved(DnsFailure failure, Meaning meaning) {
        return new ErrorPolicy(new Unresolved(failure), meaning);
    }

    private static Rejected rejected(Reply reply) {
        return new Rejected(Diagnostic.said(reply, "RCPT TO", "mx"));
    }

    private static Deferred deferred(Reply reply) {
        return new Deferred(Diagnostic.said(reply, "RCPT TO", "mx"));
    }

    private static DeliveryOutcome judged(ErrorRules rules, Reply reply) {
        return judged(rules, rejected(reply));
    }

    private static DeliveryOutcome judged(ErrorRules rules, DeliveryOutcome outcome) {
        var recipient = World.mailbox("x@a.example");
        return rules.judged(Map.of(recipient, outcome)).values().iterator().next();
    }
}
