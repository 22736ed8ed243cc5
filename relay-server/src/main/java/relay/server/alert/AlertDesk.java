package relay.server.alert;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.alert.AlertBook;
import relay.core.alert.AlertOrders;
import relay.core.alert.Readings;
import relay.core.event.EventSink;

/// Looks every ten seconds at what is known, and has posted which alerts begin and end. Nothing of
/// it is kept on disk: after a restart what stands is told again. A thread of its own,
/// `alert-watch`.
public final class AlertDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AlertDesk.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private final String instance;
    private final Supplier<List<AlertOrders>> orders;
    private final Supplier<Readings> readings;
    private final AlertBook book = new AlertBook();
    private final AlertPost post;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("alert-watch").daemon().factory());

    /// `instance` is what the relay is called in alerts. `orders` gives one, or none where nothing
    /// is told, and is asked at each look. `readings` may block for some seconds. `tls` has the
    /// roots for the webhook's certificate.
    public AlertDesk(
            String instance,
            Supplier<List<AlertOrders>> orders,
            Supplier<Readings> readings,
            SSLContext tls,
            EventSink events) {
        this(instance, orders, readings, new AlertPost(tls, FIRST_PAUSE, events));
    }

    AlertDesk(
            String instance,
            Supplier<List<AlertOrders>> orders,
            Supplier<Readings> readings,
            AlertPost post) {
        this.instance = instance;
        this.orders = orders;
        this.readings = readings;
        this.post = post;
    }

    public void start() {
        long period = PERIOD.toMillis();
        var _ = thread.scheduleWithFixedDelay(this::tryLook, 0, period, TimeUnit.MILLISECONDS);
    }

    private void tryLook() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.error("alerts: {}", e.toString());
        }
    }

    /// Looks once.
    void look() {
        List<AlertOrders> now = orders.get();
        if (now.isEmpty()) {
            book.clear();
            return;
        }
        AlertOrders order = now.getFirst();
        Readings read = readings.get();
        var changes = book.at(read.at(), order.rules().standing(read), order.after());
        if (!changes.isEmpty()) post.add(order.webhook(), AlertBody.of(instance, changes));
    }

    @Override
    public void close() {
        thread.shutdownNow();
        post.close();
    }
}
