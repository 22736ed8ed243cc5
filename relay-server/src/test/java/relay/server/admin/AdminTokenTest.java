package relay.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

class AdminTokenTest extends AdminFixture {
    @Test
    void aChangeWithoutTheTokenIsRefusedAndToldWhereTheTokenIs() throws Exception {
        // Given mail in the queue and nobody's, a wrong, a half and another scheme's token.
        fill();
        String half = authorization().substring(0, authorization().length() / 2);
        String basic = authorization().replace("Bearer", "Basic");
        for (String shown : new String[] {"", "Bearer ", "Bearer 00", half, basic}) {
            // When a change shows it.
            HttpResponse<String> answer = removeAll(shown);

            // Then it is refused, and says what it lacks, but not what that is.
            assertThat(answer.statusCode()).as(shown).isEqualTo(401);
            assertThat(answer.headers().firstValue("www-authenticate"))
                    .contains("Bearer realm=\"relay\"");
            assertThat(answer.body())
                    .contains("Authorization: Bearer TOKEN")
                    .contains("admin-token")
                    .doesNotContain(authorization().substring(7));
        }
        assertThat(queue.orders).isEmpty();
        assertThat(data.resolve("audit")).doesNotExist();
    }

    @Test
    void whoHasTheTokenIsLetIn() throws Exception {
        fill();
        assertThat(removeAll(authorization()).statusCode()).isEqualTo(200);
        assertThat(removeAll(authorization().replace("Bearer", "bearer")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void readingNeedsNoToken() throws Exception {
        fill();
        assertThat(get("/api/v1/queues").statusCode()).isEqualTo(200);
        assertThat(get("/api/v1/messages").statusCode()).isEqualTo(200);
    }

    @Test
    void theTokenIsForTheOwnerAloneAndOutlivesARestart() throws IOException {
        // Given the token that the start has made.
        Path file = data.resolve(AdminToken.FILE);
        String made = Files.readString(file);

        // When it is read again, then it is the same, and nobody else can read it.
        assertThat(AdminToken.in(data).isShownBy("Bearer " + made.strip())).isTrue();
        assertThat(Files.readString(file)).isEqualTo(made).hasSize(65);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aTokenThatOthersCouldReadIsMadeAnew() throws IOException {
        // Given a token that somebody has made readable.
        Path file = data.resolve(AdminToken.FILE);
        String told = Files.readString(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        // When the relay starts again, then the old one opens nothing.
        AdminToken token = AdminToken.in(data);
        assertThat(token.isShownBy("Bearer " + told.strip())).isFalse();
        assertThat(token.isShownBy("Bearer " + Files.readString(file).strip())).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void anEmptyTokenFileOpensNothing() throws IOException {
        Files.writeString(data.resolve(AdminToken.FILE), "");
        assertThat(AdminToken.in(data).isShownBy("Bearer ")).isFalse();
    }

    private HttpResponse<String> removeAll(String authorization) throws Exception {
        var request =
                HttpRequest.newBuilder(uri("/api/v1/messages/remove"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"all\":true}"));
        if (!authorization.isEmpty()) request.header("Authorization", authorization);
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
