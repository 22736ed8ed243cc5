package relay.server.outbound;

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

/// Every order of the threads between a session's thread and its connection on the event loop.
/// `-Dinterleaving.preemptions` says how often a thread may be stopped where it could have gone on.
class BridgeInterleavingTest {
    private static final int PREEMPTIONS = 1;

    @ParameterizedTest
    @ValueSource(
            classes = {
                BridgePrograms.Delivers.class,
                BridgePrograms.HangsUp.class,
                BridgePrograms.Finishes.class,
                BridgePrograms.ReadsContent.class,
                BridgePrograms.LosesContent.class,
                BridgePrograms.HangsUpWhileJudged.class,
                BridgePrograms.JudgeFails.class,
                BridgePrograms.ObserverFails.class
            })
    void inWhateverOrderEachEntryComesBackOnceAndNothingIsLeft(Class<? extends Program> program) {
        int preemptions = Integer.getInteger("interleaving.preemptions", PREEMPTIONS);
        var bounds = new Bounds(preemptions, 0);
        assertThat(Interleavings.explore(program, bounds, Sabotage.NONE)).isGreaterThan(10);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void aFaultIsNoticed(
            String fault, Class<? extends Program> program, Sabotage sabotage, String noticed) {
        var bounds = new Bounds(PREEMPTIONS, PREEMPTIONS);
        assertThatThrownBy(() -> Interleavings.explore(program, bounds, sabotage))
                .as(fault)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(noticed);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "an entry is lost: what is offered does not come to the event loop",
                        BridgePrograms.Delivers.class,
                        Sabotage.notCalling("OutboundConnection.offer", "execute"),
                        "all wait for each other"),
                fault(
                        "a lost signal: the session does not hear that it is to finish",
                        BridgePrograms.Delivers.class,
                        Sabotage.notCalling("OutboundConnection.finish", "execute"),
                        "all wait for each other"),
                fault(
                        "a session without an end: an error over one entry is forgotten",
                        BridgePrograms.ObserverFails.class,
                        Sabotage.notCalling("OutboundConnection.perform", "add"),
                        "all wait for each other"),
                fault(
                        "a judge that fails tells nobody",
                        BridgePrograms.JudgeFails.class,
                        Sabotage.notCalling("OffLoop.lambda$outcome$0", "accept"),
                        "all wait for each other"),
                fault(
                        "a verdict is lost on its way to the event loop",
                        BridgePrograms.JudgeFails.class,
                        Sabotage.notCalling("OffLoop.lambda$run$0", "execute"),
                        "all wait for each other"),
                fault(
                        "a buffer that is held back is not released when the connection closes",
                        BridgePrograms.JudgeFails.class,
                        Sabotage.notCalling("OutboundConnection.closed", "forEach"),
                        "bytes that nobody released"),
                fault(
                        "a buffer is not released when it is heard",
                        BridgePrograms.Delivers.class,
                        Sabotage.notCalling("OutboundConnection.hear", "release"),
                        "bytes that nobody released"),
                fault(
                        "a reading stays open: the content is given up and nobody says so",
                        BridgePrograms.LosesContent.class,
                        Sabotage.notCalling("OutboundConnection.close", "cancel"),
                        "readings that nobody closed"),
                fault(
                        "a lost wake-up: nobody reads on",
                        BridgePrograms.ReadsContent.class,
                        Sabotage.notCalling("ContentStream.goOn", "execute"),
                        "all wait for each other"));
    }

    private static Arguments fault(
            String name, Class<? extends Program> program, Sabotage sabotage, String noticed) {
        return Arguments.of(name, program, sabotage, noticed);
    }
}
