package relay.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.address.ReversePath;
import relay.core.queue.QueuedMessage;
import relay.core.tls.MessageTls;
import relay.server.store.SqliteStore;
import relay.server.store.StoreLimits;
import relay.server.testing.Samples;

/// A TLS report in the queue.
@Timeout(60)
class ReportOutboxTest {
    @TempDir Path data;

    @Test
    void aReportIsMailThatTheFailingPolicyDoesNotKeepBack() {
        // Given a queue, and a policy with a floor for the domain.
        List<QueuedMessage> accepted = new CopyOnWriteArrayList<>();
        try (var store =
                SqliteStore.open(
                        data, StoreLimits.DEFAULT, () -> Samples.NOON, accepted::addAll, _ -> {})) {
            var outbox =
                    new ReportOutbox(
                            Samples.mailbox("tls", "example.net"),
                            store,
                            Samples::policy,
                            () -> Samples.NOON);

            // When a report is sent, then it is in the queue when that has come back.
            assertThat(
                            outbox.send(
                                    Samples.mailbox("r", "bank.example"),
                                    "Subject: x\r\n\r\n".getBytes(US_ASCII)))
                    .isTrue();
            assertThat(store.census()).hasSize(1);
        }

        // And it is in a lane where what the partner publishes does not count, and what we demand
        // does.
        var message = accepted.getFirst();
        assertThat(message.envelope().sender())
                .isEqualTo(new ReversePath.Sender(Samples.mailbox("tls", "example.net")));
        var routed = Samples.policy().route(Samples.domain("bank.example")).lane();
        assertThat(message.entries().getFirst().lane())
                .isEqualTo(routed.forMessages(MessageTls.NOT_REQUIRED));
    }
}
