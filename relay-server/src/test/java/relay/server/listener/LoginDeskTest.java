package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import relay.core.sasl.SaslServer.Verdict;

class LoginDeskTest {
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<Verdict> heard = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch busy = new CountDownLatch(1);

    @Test
    void whoHasGoneIsNotJudged() {
        var here = new EmbeddedChannel();
        var gone = new EmbeddedChannel();
        try (var desk = new LoginDesk()) {
            // Given a desk at which everybody is busy, and clients that do not wait for their turn.
            for (int i = 0; i < 2; i++) desk.judge(here, held("held"), heard::add);
            for (int i = 0; i < 100; i++) desk.judge(gone, question("gone"), heard::add);
            gone.close().syncUninterruptibly();

            // When it has time again, and another client comes.
            busy.countDown();
            desk.judge(here, question("last"), heard::add);

            // Then those who have gone cost it nothing.
            await().until(() -> asked.contains("last") && heard.size() == 3);
            assertThat(asked).doesNotContain("gone");
        } finally {
            here.close().syncUninterruptibly();
        }
    }

    private Supplier<Verdict> question(String name) {
        return () -> {
            asked.add(name);
            return new Verdict.Refused();
        };
    }

    private Supplier<Verdict> held(String name) {
        return () -> {
            try {
                busy.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return question(name).get();
        };
    }
}
