package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.routing.RetrySchedule;
import relay.core.routing.RetrySchedule.Failure;

class RetryReaderTest {
    @TempDir Path temporary;

    @Test
    void aScheduleIsWhatItsEntrySays() throws IOException {
        // Given every key of a schedule.
        var folder =
                with(
                        """
                            retry:
                              glitchDelays: [2s, 10s]
                              delays: [3m]
                              delaysAfter: { dns: [4m], connection: [5m], tls: [6m, 1h], reply: [7m] }
                              expireAfter: 3d
                              delayWarningAfter: 5h
                        """);

        // When it is read, then each is what it says.
        assertThat(read(folder))
                .isEqualTo(
                        new RetrySchedule(
                                List.of(Duration.ofSeconds(2), Duration.ofSeconds(10)),
                                List.of(Duration.ofMinutes(3)),
                                Map.of(
                                        Failure.DNS, List.of(Duration.ofMinutes(4)),
                                        Failure.CONNECTION, List.of(Duration.ofMinutes(5)),
                                        Failure.TLS,
                                                List.of(Duration.ofMinutes(6), Duration.ofHours(1)),
                                        Failure.REPLY, List.of(Duration.ofMinutes(7))),
                                Duration.ofDays(3),
                                Duration.ofHours(5)));
    }

    @Test
    void whatSaysNothingOfConnectionsKeepsTheQuickTries() throws IOException {
        var folder = with("    retry: { delaysAfter: { reply: [7m] }, expireAfter: 3d }\n");

        assertThat(read(folder).glitchDelays()).isEqualTo(RetrySchedule.DEFAULT.glitchDelays());
    }

    /// Who wrote down how long to wait gets that.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ delays: [10m] }",
                "{ delaysAfter: { connection: [10m] } }",
                "{ glitchDelays: [] }"
            })
    void whatSaysHowLongToWaitAfterAConnectionFailedHasNoOtherTries(String retry)
            throws IOException {
        assertThat(read(with("    retry: " + retry + "\n")).glitchDelays()).isEmpty();
    }

    private static RetrySchedule read(ConfFolder folder) {
        return folder.accepted().sendConnectors().getFirst().retry();
    }

    private ConfFolder with(String lines) throws IOException {
        return ConfFolder.in(temporary).connectors(ConfFolder.GOOD_CONNECTORS + lines);
    }
}
