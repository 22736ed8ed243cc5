package relay.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.server.interleaving.Bounds;
import relay.server.interleaving.Interleavings;
import relay.server.interleaving.Program;
import relay.server.interleaving.Sabotage;

/// Every order of the threads around the queue runner's inbox. `-Dinterleaving.preemptions` says how
/// often a thread may be stopped where it could have gone on.
class QueueRunnerInterleavingTest {
    private static final int PREEMPTIONS = 1;

    @ParameterizedTest
    @ValueSource(
            classes = {
                RunnerPrograms.Delivers.class,
                RunnerPrograms.Bounces.class,
                RunnerPrograms.DrainsAtOnce.class,
                RunnerPrograms.AsksFirst.class,
                RunnerPrograms.StopsAtRest.class,
                RunnerPrograms.AsksMeanwhile.class,
                RunnerPrograms.SessionFails.class
            })
    void inWhateverOrderNothingIsLostDoneTwiceOrLate(Class<? extends Program> program) {
        int preemptions = Integer.getInteger("interleaving.preemptions", PREEMPTIONS);
        var bounds = new Bounds(preemptions, 1);
        assertThat(Interleavings.explore(program, bounds, Sabotage.NONE)).isGreaterThan(10);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void aFaultIsNoticed(
            String fault, Class<? extends Program> program, Sabotage sabotage, String noticed) {
        var bounds = new Bounds(PREEMPTIONS, 3);
        assertThatThrownBy(() -> Interleavings.explore(program, bounds, sabotage))
                .as(fault)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(noticed);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "a lost wake-up: who stops the runner leaves nothing in its inbox",
                        RunnerPrograms.StopsAtRest.class,
                        Sabotage.notCalling("QueueRunner.stop", "add"),
                        "time in which all waited"),
                fault(
                        "a lost wake-up: a runner at rest does not hear that it is to end",
                        RunnerPrograms.Delivers.class,
                        Sabotage.notCalling("QueueRunner.drain", "tell"),
                        "all wait for each other"),
                fault(
                        "a signal dropped between the look and the wait: the end is not asked for again",
                        RunnerPrograms.AsksMeanwhile.class,
                        Sabotage.notWriting("QueueRunner.stop", "phase"),
                        "the program does not end"),
                fault(
                        "an event is lost: the runner ends though its inbox is not empty",
                        RunnerPrograms.AsksFirst.class,
                        Sabotage.answering("QueueRunner.isDrained", "isEmpty", 1),
                        "a question"),
                fault(
                        "an event is lost: the runner ends though its desk has something to tell",
                        RunnerPrograms.Bounces.class,
                        Sabotage.answering("QueueRunner.isDrained", "isIdle", 1),
                        "work that was left"),
                fault(
                        "an end that hangs: a session ends and does not say so",
                        RunnerPrograms.Delivers.class,
                        Sabotage.notCalling("QueueRunner.runSession", "ended"),
                        "time in which all waited"),
                fault(
                        "a question without an answer: the runner ends and forgets who asked",
                        RunnerPrograms.AsksMeanwhile.class,
                        Sabotage.notCalling("Questions.close", "forEach"),
                        "a question"));
    }

    private static Arguments fault(
            String name, Class<? extends Program> program, Sabotage sabotage, String noticed) {
        return Arguments.of(name, program, sabotage, noticed);
    }
}
