package relay.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.DeliveryOutcome.Delivered.SuccessNotice;
import relay.core.queue.QueueChange;
import relay.core.queue.QueueEntry;
import relay.core.smtp.RcptParameters.Notify;

/// Success, as far as the sender wants to hear of it.
class SchedulerNoticeTest {
    @Test
    void aSuccessThatTheSenderWantsToHearOfIsToldWithTheChangeThatEndsIt() {
        // Given a message to four recipients, of whom the sender wants to hear something else each.
        var world = World.simple();
        QueueEntry entry =
                world.acceptAsking(
                        Map.of(
                                "yes@a.example",
                                Set.of(Notify.SUCCESS, Notify.FAILURE),
                                "never@a.example",
                                Set.of(Notify.NEVER),
                                "failures@a.example",
                                Set.of(Notify.FAILURE),
                                "silent@a.example",
                                Set.of()));
        SessionId session = world.onlySession();
        world.open(session);

        // When a host takes them that does not take requests.
        world.answer(session, entry, new DeliveryOutcome.Delivered(World.OK, SuccessNotice.BY_US));
        world.settle();

        // Then one notice is for the one recipient, and comes with the end (RFC 3461 §5.2.2).
        Action.Notify told = world.notices.getFirst();
        assertThat(told.relayed()).containsOnlyKeys(World.mailbox("yes@a.example"));
        assertThat(told.failed()).isEmpty();
        assertThat(told.change()).isEqualTo(new QueueChange.End(entry.id(), List.of()));
        assertThat(world.disk.entries).isEmpty();
    }

    @Test
    void aSuccessThatTheNextHostTellsIsNotToldTwice() {
        // Given a sender that wants to hear of success.
        var world = World.simple();
        QueueEntry entry = world.acceptAsking(Map.of("yes@a.example", Set.of(Notify.SUCCESS)));
        SessionId session = world.onlySession();
        world.open(session);

        // When the host has the request too.
        var taken = new DeliveryOutcome.Delivered(World.OK, SuccessNotice.BY_NEXT_HOST);
        world.answer(session, entry, taken);
        world.settle();

        // Then it is the host's to tell.
        assertThat(world.notices).isEmpty();
        assertThat(world.disk.entries).isEmpty();
    }
}
