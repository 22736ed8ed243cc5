package relay.server.engine;

import java.util.List;
import relay.server.interleaving.Bounds;
import relay.server.interleaving.InterleavingTest;
import relay.server.interleaving.Program;
import relay.server.interleaving.Sabotage;

/// Every order of the threads around the queue runner's inbox.
class QueueRunnerInterleavingTest extends InterleavingTest {
    QueueRunnerInterleavingTest() {
        super(new Bounds(1, 1), new Bounds(1, 3));
    }

    @Override
    protected List<Class<? extends Program>> programs() {
        return List.of(
                RunnerPrograms.Delivers.class,
                RunnerPrograms.Bounces.class,
                RunnerPrograms.DrainsAtOnce.class,
                RunnerPrograms.AsksFirst.class,
                RunnerPrograms.StopsAtRest.class,
                RunnerPrograms.AsksMeanwhile.class,
                RunnerPrograms.SessionFails.class);
    }

    @Override
    protected List<Fault> faults() {
        return List.of(
                new Fault(
                        "a lost wake-up: who stops the runner leaves nothing in its inbox",
                        RunnerPrograms.StopsAtRest.class,
                        Sabotage.notCalling("QueueRunner.stop", "add"),
                        "time in which all waited"),
                new Fault(
                        "a lost wake-up: a runner at rest does not hear that it is to end",
                        RunnerPrograms.Delivers.class,
                        Sabotage.notCalling("QueueRunner.drain", "tell"),
                        "all wait for each other"),
                new Fault(
                        "a signal dropped between the look and the wait: the end is not asked for again",
                        RunnerPrograms.AsksMeanwhile.class,
                        Sabotage.notWriting("QueueRunner.stop", "phase"),
                        "the program does not end"),
                new Fault(
                        "an event is lost: the runner ends though its inbox is not empty",
                        RunnerPrograms.AsksFirst.class,
                        Sabotage.answering("QueueRunner.isDrained", "isEmpty", 1),
                        "a question"),
                new Fault(
                        "an event is lost: the runner ends though its desk has something to tell",
                        RunnerPrograms.Bounces.class,
                        Sabotage.answering("QueueRunner.isDrained", "isIdle", 1),
                        "work that was left"),
                new Fault(
                        "an end that hangs: a session ends and does not say so",
                        RunnerPrograms.Delivers.class,
                        Sabotage.notCalling("QueueRunner.runSession", "ended"),
                        "time in which all waited"),
                new Fault(
                        "a question without an answer: the runner ends and forgets who asked",
                        RunnerPrograms.AsksMeanwhile.class,
                        Sabotage.notCalling("Questions.close", "forEach"),
                        "a question"));
    }
}
