package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.server.interleaving.Interleavings;
import relay.server.interleaving.Program;
import relay.server.interleaving.Sabotage;

/// Every order of the threads around the store's writer. `-Dinterleaving.preemptions` says how often
/// a thread may be stopped where it could have gone on.
class WriterInterleavingTest {
    private static final int PREEMPTIONS = 1;

    @ParameterizedTest
    @ValueSource(
            classes = {
                WriterPrograms.TwoClients.class,
                WriterPrograms.ChangeAlone.class,
                WriterPrograms.ClosedMeanwhile.class,
                WriterPrograms.SenderWaits.class,
                WriterPrograms.SendersShare.class,
                WriterPrograms.DiskFailsOnce.class,
                WriterPrograms.DiskOverflowsOnce.class
            })
    void inWhateverOrderEverybodyIsAnsweredOnceAndInTime(Class<? extends Program> program) {
        int preemptions = Integer.getInteger("interleaving.preemptions", PREEMPTIONS);
        assertThat(Interleavings.explore(program, preemptions)).isGreaterThan(10);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void aFaultIsNoticed(
            String fault, Class<? extends Program> program, Sabotage sabotage, String noticed) {
        assertThatThrownBy(() -> Interleavings.explore(program, PREEMPTIONS, sabotage))
                .as(fault)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(noticed);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "a forgotten signal: who leaves work wakes nobody",
                        WriterPrograms.TwoClients.class,
                        Sabotage.notCalling("Mailbox.wake", "unpark"),
                        "time in which all waited"),
                fault(
                        "a forgotten signal: the writer does not say that it rests",
                        WriterPrograms.ChangeAlone.class,
                        Sabotage.notWriting("Mailbox.park", "rest"),
                        "time in which all waited"),
                fault(
                        "a lost wake-up: the writer rests without another look",
                        WriterPrograms.ChangeAlone.class,
                        Sabotage.answering("Mailbox.park", "isEmpty", 1),
                        "time in which all waited"),
                fault(
                        "a lost wake-up: the writer is closed before it can be woken",
                        WriterPrograms.ClosedMeanwhile.class,
                        Sabotage.notCalling("StoreWriter.run", "takeUp"),
                        "time in which all waited"),
                fault(
                        "a double completion: mail that was refused is tried again",
                        WriterPrograms.DiskFailsOnce.class,
                        Sabotage.notCalling("StoreWriter.refuseMail", "clear"),
                        "answers to"),
                fault(
                        "no completion: mail that comes too late is not refused",
                        WriterPrograms.ClosedMeanwhile.class,
                        Sabotage.notCalling("Mailbox.put", "refuseAll"),
                        "answers to"),
                fault(
                        "a data race: bytes are counted without a lock",
                        WriterPrograms.SendersShare.class,
                        Sabotage.notLocking("MemoryBudget.handOver"),
                        "expected: 0L"),
                fault(
                        "a sender is not told that there is room again",
                        WriterPrograms.SenderWaits.class,
                        Sabotage.notCalling("StoreWriter.written", "forEach"),
                        "does not end"),
                fault(
                        "a group that the disk refused is not tried again",
                        WriterPrograms.DiskFailsOnce.class,
                        Sabotage.notCalling("StoreWriter.recover", "commit"),
                        "time in which all waited"));
    }

    private static Arguments fault(
            String name, Class<? extends Program> program, Sabotage sabotage, String noticed) {
        return Arguments.of(name, program, sabotage, noticed);
    }
}
