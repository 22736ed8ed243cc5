package relay.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.event.RelayEvent;

class FanOutTest {
    @Test
    void aFaultInOneSinkKeepsTheEventFromNobody() {
        // Given a sink with a bug before one that works.
        var heard = new ArrayList<RelayEvent>();
        var sinks =
                new FanOut(
                        List.of(
                                _ -> {
                                    throw new IllegalStateException("a bug");
                                },
                                heard::add));
        var event = new RelayEvent.Fault("store", "disk full");

        // When something happens.
        sinks.on(event);

        // Then the caller lives on and the other sink has heard it.
        assertThat(heard).containsExactly(event);
    }
}
