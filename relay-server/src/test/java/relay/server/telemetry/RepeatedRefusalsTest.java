package relay.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import relay.core.event.RelayEvent;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.smtp.Reply;

class RepeatedRefusalsTest {
    private static final Reply TOO_LARGE = Reply.of(552, 3, 4, "too large");
    private static final String CLIENT = "client=192.0.2.7 connector=internal ";
    private static final String SIZE =
            CLIENT + "limit=message-size dsn=5.3.4 status=limited reply=\"552 5.3.4 too large\"";

    private final Logger logger = new LoggerContext().getLogger("test.mail");
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private final LogEvents log = new LogEvents(logger, nanos::get);

    @BeforeEach
    void listen() {
        written.start();
        logger.addAppender(written);
        logger.setLevel(Level.DEBUG);
    }

    @Test
    void aClientThatGoesOnAgainstALimitIsOneLineAtOnceAndOneEveryMinute() {
        // Given a client that sends something too large every second for two minutes and more.
        for (int second = 0; second < 130; second++) {
            log.on(limited(7, Limit.MESSAGE_SIZE));
            pass(Duration.ofSeconds(1));
        }
        assertThat(lines()).containsExactly(SIZE, SIZE + " times=59", SIZE + " times=60");

        // When it stops, then the rest is told with whatever happens next, and nothing after that.
        pass(Duration.ofMinutes(1));
        log.on(new RelayEvent.Fault("x", "y"));
        pass(Duration.ofMinutes(1));
        log.on(new RelayEvent.Fault("x", "y"));
        assertThat(lines().subList(3, lines().size()))
                .containsExactly(
                        SIZE + " times=10",
                        "status=fault what=x detail=y",
                        "status=fault what=x detail=y");

        // And the next time is the first again.
        log.on(limited(7, Limit.MESSAGE_SIZE));
        assertThat(lines().getLast()).isEqualTo(SIZE);
    }

    @Test
    void anotherClientConnectorLimitOrReplyIsALineOfItsOwn() {
        List<RelayEvent> events =
                List.of(
                        limited(7, Limit.MESSAGE_SIZE),
                        limited(8, Limit.MESSAGE_SIZE),
                        limited(7, Limit.ERRORS),
                        new RelayEvent.LimitReached(
                                "other", client(7), Limit.MESSAGE_SIZE, TOO_LARGE),
                        new RelayEvent.Rejected(client(7), Reply.of(554, 7, 1, "no")),
                        new RelayEvent.Rejected(client(7), Reply.of(421, 7, 0, "no")),
                        new RelayEvent.Refused("internal", client(7), TOO_LARGE),
                        new RelayEvent.Refused("internal", client(7), Reply.of(535, 7, 8, "no")));
        events.forEach(log::on);
        assertThat(lines()).doesNotHaveDuplicates().hasSameSizeAs(events);
        events.forEach(log::on);
        assertThat(lines()).hasSameSizeAs(events);
    }

    @Test
    void whatIsNoRefusalIsAlwaysToldAtOnce() {
        log.on(new RelayEvent.Fault("x", "y"));
        log.on(new RelayEvent.Fault("x", "y"));
        assertThat(lines()).hasSize(2);
    }

    @Test
    void noCountIsLostWhereMoreClientsGoOnThanAreRemembered() {
        // Given two refusals of one client, then one each of as many as are remembered.
        log.on(limited(7, Limit.MESSAGE_SIZE));
        log.on(limited(7, Limit.MESSAGE_SIZE));
        for (int i = 0; i < RepeatedRefusals.MAX_KINDS; i++) {
            log.on(limited(1_000 + i, Limit.MESSAGE_SIZE));
        }

        // When one more thing happens, then the eldest is told before its minute is over.
        log.on(new RelayEvent.Fault("x", "y"));
        assertThat(lines()).endsWith(SIZE + " times=1", "status=fault what=x detail=y");
    }

    private static RelayEvent limited(int host, Limit limit) {
        return new RelayEvent.LimitReached("internal", client(host), limit, TOO_LARGE);
    }

    private static InetAddress client(int host) {
        try {
            byte[] address = {(byte) 192, 0, (byte) (2 + host / 256), (byte) host};
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private List<String> lines() {
        return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
