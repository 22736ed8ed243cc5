package relay.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.delivery.SessionObserver;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.queue.LaneStatus;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.QueueControl;
import relay.core.routing.Lane;
import relay.core.routing.PolicyTable;
import relay.core.scheduler.Scheduler;
import relay.core.scheduler.SchedulerEvent.Ending;
import relay.core.scheduler.SchedulerLimits;
import relay.server.testing.Samples;

@Timeout(60)
class QueueRunnerTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final List<Lane> BANK = List.of(Samples.BANK);

    private final ScriptedStore store = new ScriptedStore();
    private final BlockingQueue<RelayEvent> events = new LinkedBlockingQueue<>();
    private QueueRunner runner = runner((_, _, _) -> new Ending.Served(List.of()), events::add);

    private QueueRunner runner(SessionRunner sessions, EventSink sink) {
        PolicyTable policy = Samples.policy();
        return new QueueRunner(
                new Scheduler(SchedulerLimits.DEFAULT, policy),
                policy,
                store,
                sessions,
                new NoNotices(),
                sink,
                InstantSource.fixed(Samples.NOON));
    }

    @AfterEach
    void stop() throws InterruptedException {
        runner.stop();
    }

    @Test
    void anErrorInASessionEndsThatSessionAlone() throws Exception {
        // Given a session that ends in what nobody expects.
        runner =
                runner(
                        (_, _, _) -> {
                            throw new StackOverflowError("too deep");
                        },
                        events::add);
        runner.start();
        RelayEvent first = events.poll(LONG.toSeconds(), TimeUnit.SECONDS);

        // Then it is told, its place is free, and its lane rests like one without a host.
        assertThat(first)
                .isInstanceOfSatisfying(
                        RelayEvent.Fault.class,
                        fault -> assertThat(fault.detail()).contains("too deep"));
        LaneStatus lane = restingLane();
        assertThat(lane.active()).isZero();
        assertThat(lane.lastTrouble().getFirst().text()).contains("too deep");
        assertThat(runner.drain(LONG)).isTrue();
    }

    @Test
    void aSessionIsEndedAlsoWhereItsFaultCannotBeTold() throws Exception {
        // Given no memory for a session, nor for telling of it.
        runner =
                runner(
                        (_, _, _) -> {
                            throw new OutOfMemoryError("session");
                        },
                        _ -> {
                            throw new OutOfMemoryError("telling");
                        });

        // When it fails, then its place is free all the same.
        runner.start();
        assertThat(restingLane().active()).isZero();
        assertThat(runner.drain(LONG)).isTrue();
    }

    @Test
    void aSessionThatWasPlannedBeforeAReloadIsNotWantedAnyMore() throws Exception {
        // Given a session.
        var begun = new CompletableFuture<SessionObserver>();
        runner =
                runner(
                        (_, _, observer) -> {
                            begun.complete(observer);
                            return new Ending.Served(List.of());
                        },
                        events::add);
        runner.start();
        SessionObserver session = begun.get(LONG.toSeconds(), TimeUnit.SECONDS);
        assertThat(session.isWanted()).isTrue();

        // When a configuration comes in force, be it the same.
        runner.adopt(Samples.policy());
        assertThat(session.isWanted()).isFalse();
    }

    @Test
    void anErrorInOneEventDoesNotEndDelivery() {
        // Given a store that overflows the stack once.
        store.loads =
                _ -> {
                    store.loads = Runnable::run;
                    throw new StackOverflowError("too deep");
                };

        // When the runner meets it, then it goes on, and says so.
        runner.start();
        assertThat(answer(runner.lanes())).hasSize(1);
        assertThat(runner.isRunning()).isTrue();
        assertThat(events)
                .filteredOn(RelayEvent.Fault.class::isInstance)
                .singleElement()
                .asString()
                .contains("too deep");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stop", "drain"})
    void whoAsksAfterTheEndIsToldSo(String how) throws Exception {
        // Given a runner that has ended.
        runner.start();
        if (how.equals("stop")) runner.stop();
        else assertThat(runner.drain(LONG)).isTrue();

        // When somebody asks, then nobody waits for ever.
        assertStopped(runner.lanes());
        assertStopped(runner.retry(BANK));
        assertStopped(runner.resume(BANK));
        assertStopped(runner.suspend(BANK));
        assertStopped(order());
    }

    @Test
    void whoStillWaitsAtTheEndIsToldSo() throws Exception {
        // Given a store that does not answer, and questions which wait for it.
        store.loads = _ -> {};
        runner.start();
        var retry = runner.retry(BANK);
        var order = order();
        answer(runner.lanes());

        // When the runner stops, then those who asked hear it.
        runner.stop();
        assertStopped(retry);
        assertStopped(order);
    }

    @Test
    void whoAskedARunnerThatNeverBeganIsToldSo() throws Exception {
        var lanes = runner.lanes();
        runner.stop();
        assertStopped(lanes);
    }

    private CompletionStage<?> order() {
        return runner.order(
                new MailOrder.Remove(MailOrder.Remove.Notice.NONE),
                List.of(new MailChoice.Whole(Samples.BANK)));
    }

    /// The lane once its session has ended and it waits.
    private LaneStatus restingLane() {
        return await().atMost(LONG)
                .until(
                        () -> answer(runner.lanes()).getFirst(),
                        lane -> lane.status() == LaneStatus.Status.RETRY);
    }

    private static <T> T answer(CompletionStage<T> asked) {
        return asked.toCompletableFuture().orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static void assertStopped(CompletionStage<?> asked) {
        CompletableFuture<?> question = asked.toCompletableFuture();
        assertThatThrownBy(() -> question.get(LONG.toSeconds(), TimeUnit.SECONDS))
                .hasCauseInstanceOf(QueueControl.Stopped.class);
    }
}
