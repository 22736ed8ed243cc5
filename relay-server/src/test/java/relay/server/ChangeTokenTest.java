package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.server.testing.RunningAdmin;
import relay.server.testing.Samples;

/// The command and the token of the admin port: who may change the queue, and what others are told.
@Timeout(60)
class ChangeTokenTest {
    @TempDir Path data;

    private RunningAdmin admin;

    @BeforeEach
    void start() throws IOException {
        admin = RunningAdmin.start(data, Samples.NOON);
        admin.queue.addActive(Samples.CLINIC, 1, Samples.NOON);
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    @Test
    void theCommandReadsTheTokenByItself() throws IOException {
        assertThat(admin.run("queue", "retry")).isZero();
        assertThat(admin.queue.retried).containsExactly(Samples.CLINIC);
        assertThat(Files.readString(data.resolve("audit/audit.jsonl")))
                .contains("\"user\":\"")
                .contains("/api/v1/queues/retry");
    }

    @Test
    void whereTheTokenCannotBeReadTheCommandSaysWhoCan() {
        // Given no token file, when a change is ordered.
        Path missing = data.resolve("elsewhere");
        int status = admin.runWithToken(missing, "queue", "retry");

        // Then nothing happens, and the way out is said; listing goes on.
        assertThat(status).isEqualTo(1);
        assertThat(admin.printed.err())
                .isEqualTo(
                        "relay: the relay wants the token of "
                                + missing
                                + ", and there is no such file (run this as the user whom the"
                                + " relay runs as)\n");
        assertThat(admin.queue.retried).isEmpty();
        assertThat(admin.runWithToken(missing, "queue", "list")).isZero();
    }

    @Test
    void theTokenOfAnotherRelayIsNamed() throws IOException {
        Path other = Files.writeString(data.resolve("other"), "0".repeat(64));
        assertThat(admin.runWithToken(other, "queue", "suspend", "--all")).isEqualTo(1);
        assertThat(admin.printed.err()).contains("does not take the token of " + other);
    }
}
