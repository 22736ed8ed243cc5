package relay.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.event.RelayEvent;

class GatewayWatchTest {
    private static final InetAddress GATEWAY = InetAddress.ofLiteral("172.17.0.1");
    private static final InetAddress OTHER = InetAddress.ofLiteral("172.17.0.2");

    private final GatewayWatch watch = new GatewayWatch(Set.of(GATEWAY));

    @Test
    void manyNamesFromTheGatewayAreSaidOnce() {
        // Given four names, in any case and more than once, from the gateway.
        for (int i = 0; i < 40; i++) {
            String name = (i % 3 == 0 ? "HOST" : "host") + i % 4 + ".example";
            assertThat(watch.greeted(GATEWAY, name)).isEmpty();
        }

        // When there is a fifth, then it is said, and never again.
        assertThat(watch.greeted(GATEWAY, "host4.example"))
                .contains(new RelayEvent.ClientsHidden(GATEWAY, 5));
        for (int i = 0; i < 40; i++) {
            assertThat(watch.greeted(GATEWAY, "host" + i + ".example")).isEmpty();
        }
    }

    @Test
    void othersMayHaveAsManyNamesAsTheyLike() {
        for (int i = 0; i < 40; i++) {
            assertThat(watch.greeted(OTHER, "host" + i + ".example")).isEmpty();
        }
    }
}
