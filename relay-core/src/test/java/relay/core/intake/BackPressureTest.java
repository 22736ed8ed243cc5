package relay.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.intake.BackPressure.Level;
import relay.core.intake.BackPressure.Resource;
import relay.core.intake.BackPressure.State;
import relay.core.intake.BackPressure.Use;
import relay.core.intake.MessageGate.Verdict;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.smtp.Reply;

class BackPressureTest {
    private final BackPressure pressure = new BackPressure();

    @Test
    void itSlowsDownBeforeItStopsAndDoesNotSwing() {
        // Given a use that rises and falls again.
        // Then the level follows it, and on the way down only when it is well below.
        assertThat(at(0.79)).isEqualTo(Level.NONE);
        assertThat(at(0.80)).isEqualTo(Level.SLOWING);
        assertThat(at(0.99)).isEqualTo(Level.SLOWING);
        assertThat(at(1.00)).isEqualTo(Level.STOPPED);
        assertThat(at(0.90)).isEqualTo(Level.STOPPED);
        assertThat(at(0.89)).isEqualTo(Level.SLOWING);
        assertThat(at(0.70)).isEqualTo(Level.SLOWING);
        assertThat(at(0.69)).isEqualTo(Level.NONE);

        // And a jump is not made in steps.
        assertThat(at(5)).isEqualTo(Level.STOPPED);
        assertThat(at(0)).isEqualTo(Level.NONE);
    }

    @ParameterizedTest
    @EnumSource
    void clientsAreToldWhatIsShort(Resource resource) {
        // Given one resource at its limit and the others in plenty.
        pressure.update(
                List.of(
                        new Use(Resource.DISK, 0.1),
                        new Use(resource, 1.2),
                        new Use(Resource.QUEUE, 0.5)));

        // When a client asks, then it is to come back later.
        String text = "Short of " + resource.words() + ", try again later";
        assertThat(ask()).isEqualTo(new Verdict.Shut(Limit.PRESSURE, Reply.of(452, 3, 1, text)));
        assertThat(pressure.state()).isEqualTo(new State(Level.STOPPED, resource));
    }

    @Test
    void aMessageCostsAPauseWhileItSlowsDown() {
        // Given a use of nine tenths.
        assertThat(ask()).isEqualTo(new Verdict.Open());
        pressure.update(List.of(new Use(Resource.MEMORY, 0.9)));

        // Then messages come, and pauses with them; another gate before it that is shut stays shut.
        assertThat(ask()).isEqualTo(new Verdict.Slow(BackPressure.PAUSE));
        var shut = new Verdict.Shut(Limit.MESSAGE_RATE, IntakeReplies.TOO_FAST);
        MessageGate before = (_, _) -> shut;
        assertThat(before.then(pressure).ask(connector(), client())).isEqualTo(shut);
        assertThat(MessageGate.OPEN.then(pressure).ask(connector(), client()))
                .isEqualTo(new Verdict.Slow(BackPressure.PAUSE));
    }

    private Level at(double part) {
        pressure.update(List.of(new Use(Resource.DISK, part)));
        return pressure.state().level();
    }

    private Verdict ask() {
        return pressure.ask(connector(), client());
    }

    private static InetAddress client() {
        return InetAddress.ofLiteral("127.0.0.1");
    }

    private static ReceiveConnector connector() {
        return Fixtures.receiveConnector(
                "internal",
                Fixtures.loopback(TlsMode.STARTTLS),
                RequireTls.NO,
                Fixtures.LIMITS,
                "127.0.0.1");
    }
}
