package relay.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.queue.LaneStatus.Status;
import relay.core.routing.Lane;

class LaneStatusTest {
    @Test
    void aQueueHasTheMessagesOfEveryStateAndGrowsByWhatComesAndDoesNotLeave() {
        var status =
                new LaneStatus(
                        new Lane("bank", "bank.example", ""),
                        Status.ACTIVE,
                        1,
                        20,
                        300,
                        4_000,
                        0,
                        Instant.EPOCH,
                        Instant.MIN,
                        70,
                        9,
                        List.of());
        assertThat(status.messages()).isEqualTo(4_321);
        assertThat(status.velocity()).isEqualTo(-61);
    }
}
