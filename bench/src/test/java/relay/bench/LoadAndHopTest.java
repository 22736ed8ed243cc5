package relay.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import relay.bench.Load.Shape;
import relay.core.address.Domain;
import relay.server.listener.SelfSignedCertificate;

/// The tools with no relay between them: what the one sends, the other must book.
class LoadAndHopTest {
    private static final int MESSAGES = 57;
    private static final int LIMIT_SECONDS = 60;

    @Test
    void everyMessageIsAcceptedAndDeliveredOnce() throws Exception {
        Ledger ledger = exchange(new Shape(300, 4, 5, 0, 3), null, null);
        assertThat(ledger.acceptedCount()).isEqualTo(MESSAGES);
        assertThat(ledger.deliveredCount()).isEqualTo(MESSAGES);
        assertThat(ledger.missing()).isZero();
        assertThat(ledger.duplicates()).isZero();
        assertThat(ledger.refusedCount()).isZero();
        assertThat(ledger.deliverRate()).isPositive();
    }

    @Test
    void overTlsToo(@TempDir Path folder) throws Exception {
        var own =
                SelfSignedCertificate.in(
                        folder, Domain.parse("hop.example").orElseThrow(), Instant.now());
        SslContext server = SslContextBuilder.forServer(own.key(), own.chain()).build();
        SslContext client =
                SslContextBuilder.forClient()
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .endpointIdentificationAlgorithm(null)
                        .build();
        Ledger ledger = exchange(new Shape(60_000, 3, 20, 0, 1), server, client);
        assertThat(ledger.deliveredCount()).isEqualTo(MESSAGES);
    }

    @Test
    void atASteadyRateTheClockOfAMessageStartsWhenItIsDue() throws Exception {
        Ledger ledger = exchange(new Shape(300, 1, 100, 1_000, 1), null, null);
        assertThat(ledger.deliverRate()).isLessThan(1_100);
        assertThat(ledger.acceptLatency().max()).isPositive();
    }

    @Test
    void aRefusingRelayIsNoEndlessLoop() throws Exception {
        try (var loops = new Loops()) {
            var ledger = new Ledger(3);
            int nobody;
            try (var hop = new Hop(loops, ledger, null)) {
                nobody = hop.listen(0);
            }
            var load = new Load(loops, nobody, new Shape(300, 2, 1, 0, 1), null, ledger);
            assertThat(load.run(LIMIT_SECONDS)).isTrue();
            assertThat(ledger.refusedCount()).isEqualTo(2);
        }
    }

    @Test
    void theHopFindsTheEndWhereverTheContentIsCut() {
        String session =
                "EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n"
                        + "Received: by relay\r\n"
                        + new String(Letter.header(42), US_ASCII)
                        + "a\r\n..\r\n.\n.\r\n\r\n.\r\nQUIT\r\n";
        for (int cut = 1; cut < session.length(); cut++) {
            List<Integer> booked = new ArrayList<>();
            var channel = new EmbeddedChannel(new HopSession(booked::add, null));
            channel.writeInbound(Unpooled.copiedBuffer(session.substring(0, cut), US_ASCII));
            channel.writeInbound(Unpooled.copiedBuffer(session.substring(cut), US_ASCII));
            assertThat(booked).as("cut at %d", cut).containsExactly(42);
            channel.finishAndReleaseAll();
        }
    }

    private static Ledger exchange(
            Shape shape, @Nullable SslContext server, @Nullable SslContext client)
            throws InterruptedException {
        var ledger = new Ledger(MESSAGES);
        try (var loops = new Loops();
                var hop = new Hop(loops, ledger, server)) {
            var load = new Load(loops, hop.listen(0), shape, client, ledger);
            assertThat(load.run(LIMIT_SECONDS)).isTrue();
        }
        return ledger;
    }
}
