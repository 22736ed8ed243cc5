package relay.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.routing.Lane.Choice;
import relay.core.tls.MessageTls;

/// The names of lanes: on disk, where a lane is read again from its name, and for people.
class LaneTest {

    static Stream<Lane> lanes() {
        Stream<Lane> plain =
                Stream.of("bank.example", "[IPv6:2001:db8:0:0:0:0:0:1]", Lane.SMART_HOSTS)
                        .flatMap(hop ->
                                Stream.of(
                                        new Lane("bank", hop, ""),
                                        new Lane("bank", hop, "*.example", Choice.BY_OPERATOR),
                                        new Lane("backup", hop, "").insteadOf("bank")));
        return plain.flatMap(lane -> Arrays.stream(MessageTls.values()).map(lane::forMessages));
    }

    @ParameterizedTest
    @MethodSource("lanes")
    void aLaneIsReadFromItsNameAsItWas(Lane lane) {
        assertThat(Lane.of(lane.connector(), lane.nextHopText(), lane.floor(), lane.messageTls()))
                .isEqualTo(lane);
    }

    @ParameterizedTest
    @MethodSource("lanes")
    void noTwoLanesHaveOneName(Lane lane) {
        List<Lane> others = lanes().filter(other -> !other.equals(lane)).toList();
        assertThat(others).extracting(Lane::toString).doesNotContain(lane.toString());
    }
}
