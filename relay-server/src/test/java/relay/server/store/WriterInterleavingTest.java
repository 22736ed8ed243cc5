package relay.server.store;

import java.util.List;
import relay.server.interleaving.Bounds;
import relay.server.interleaving.InterleavingTest;
import relay.server.interleaving.Program;
import relay.server.interleaving.Sabotage;

/// Every order of the threads around the store's writer.
class WriterInterleavingTest extends InterleavingTest {
    WriterInterleavingTest() {
        super(Bounds.of(1), Bounds.of(1));
    }

    @Override
    protected List<Class<? extends Program>> programs() {
        return List.of(
                WriterPrograms.TwoClients.class,
                WriterPrograms.ChangeAlone.class,
                WriterPrograms.ClosedMeanwhile.class,
                WriterPrograms.SenderWaits.class,
                WriterPrograms.SendersShare.class,
                WriterPrograms.DiskFailsOnce.class,
                WriterPrograms.DiskOverflowsOnce.class);
    }

    @Override
    protected List<Fault> faults() {
        return List.of(
                new Fault(
                        "a forgotten signal: who leaves work wakes nobody",
                        WriterPrograms.TwoClients.class,
                        Sabotage.notCalling("Mailbox.wake", "unpark"),
                        "time in which all waited"),
                new Fault(
                        "a forgotten signal: the writer does not say that it rests",
                        WriterPrograms.ChangeAlone.class,
                        Sabotage.notWriting("Mailbox.park", "rest"),
                        "time in which all waited"),
                new Fault(
                        "a lost wake-up: the writer rests without another look",
                        WriterPrograms.ChangeAlone.class,
                        Sabotage.answering("Mailbox.park", "isEmpty", 1),
                        "time in which all waited"),
                new Fault(
                        "a lost wake-up: the writer is closed before it can be woken",
                        WriterPrograms.ClosedMeanwhile.class,
                        Sabotage.notCalling("StoreWriter.run", "takeUp"),
                        "time in which all waited"),
                new Fault(
                        "a double completion: mail that was refused is tried again",
                        WriterPrograms.DiskFailsOnce.class,
                        Sabotage.notCalling("StoreWriter.refuseMail", "clear"),
                        "answers to"),
                new Fault(
                        "no completion: mail that comes too late is not refused",
                        WriterPrograms.ClosedMeanwhile.class,
                        Sabotage.notCalling("Mailbox.put", "refuseAll"),
                        "answers to"),
                new Fault(
                        "a data race: bytes are counted without a lock",
                        WriterPrograms.SendersShare.class,
                        Sabotage.notLocking("MemoryBudget.handOver"),
                        "expected: 0L"),
                new Fault(
                        "a sender is not told that there is room again",
                        WriterPrograms.SenderWaits.class,
                        Sabotage.notCalling("StoreWriter.written", "forEach"),
                        "does not end"),
                new Fault(
                        "a group that the disk refused is not tried again",
                        WriterPrograms.DiskFailsOnce.class,
                        Sabotage.notCalling("StoreWriter.recover", "commit"),
                        "time in which all waited"));
    }
}
