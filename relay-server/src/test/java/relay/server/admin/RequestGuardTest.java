package relay.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestGuardTest {
    private static final String JSON_TYPE = "application/json";
    private RequestGuard guard;
    private String authorization;

    @BeforeEach
    void make(@TempDir Path data) throws IOException {
        guard = new RequestGuard(List.of("relay.example.net"), AdminToken.in(data));
        authorization = "Bearer " + Files.readString(data.resolve(AdminToken.FILE)).strip();
    }

    @Test
    void changesFromOtherMachinesAreRefused() {
        // Given a change in good form from another machine.
        var change =
                new RequestGuard.Change(
                        InetAddress.ofLiteral("192.0.2.9"),
                        "192.0.2.1:8025",
                        authorization,
                        "application/json");

        // When it comes in, then it stays out; the same from this machine is let in.
        assertThat(guard.refuseChange(change, JSON_TYPE))
                .hasValueSatisfying(answer -> assertThat(answer.status()).isEqualTo(403));
        assertThat(
                        guard.refuseChange(
                                new RequestGuard.Change(
                                        InetAddress.ofLiteral("::1"),
                                        change.hostHeader(),
                                        change.authorization(),
                                        change.contentType()),
                                JSON_TYPE))
                .isEmpty();
    }

    @Test
    void namesThatOnlyLookLikeOursAreRefused() {
        // Given names that a stranger can own, when they are used, then nothing is told.
        for (String host :
                List.of(
                        "",
                        "localhost.evil.example",
                        "127.0.0.1.evil.example",
                        "1.2.3",
                        "evil:80")) {
            assertThat(guard.refuseReading(host)).as(host).isPresent();
        }
    }
}
