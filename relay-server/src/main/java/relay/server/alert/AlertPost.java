package relay.server.alert;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.core.alert.Webhook;
import relay.core.event.EventSink;
import relay.core.event.RelayEvent;
import relay.core.smtp.RemoteText;

/// Posts one body after the other, in order, each until it is taken: again after a second, then after twice as
/// long each time, at most after five minutes. What waits is bounded; the oldest makes room.
///
/// A thread of its own, `alert-webhook`; [#add] returns at once on any. A redirection is not
/// followed, what is answered is not read. Neither URL nor body is logged.
final class AlertPost implements AutoCloseable {
    static final int MAX_WAITING = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(AlertPost.class);
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration MAX_PAUSE = Duration.ofMinutes(5);
    private static final int MAX_WHY_CHARS = 300;

    private final BlockingDeque<Post> waiting = new LinkedBlockingDeque<>(MAX_WAITING);
    private final HttpClient client;
    private final Duration firstPause;
    private final EventSink events;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    private record Post(Webhook to, String body) {}

    /// `tls` has the roots that the webhook's certificate is checked against; `firstPause` is the
    /// one after the first failure.
    AlertPost(SSLContext tls, Duration firstPause, EventSink events) {
        this.firstPause = firstPause;
        this.events = events;
        client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(tls)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(LIMIT)
                        .build();
        thread = Thread.ofPlatform().daemon().name("alert-webhook").start(this::run);
    }

    void add(Webhook to, String body) {
        var post = new Post(to, body);
        while (!waiting.offerLast(post)) {
            if (waiting.pollFirst() != null) LOG.error("an alert was not posted: too many wait");
        }
    }

    private void run() {
        try {
            while (true) deliver(waiting.takeFirst());
        } catch (InterruptedException _) {
            // It is being closed.
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(Post post) throws InterruptedException {
        Duration pause = firstPause;
        for (String why = post(post); !why.isEmpty(); why = post(post)) {
            boolean first = pause.equals(firstPause);
            if (first) events.on(new RelayEvent.Fault("alert webhook " + post.to(), why));
            if (closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) return;
            Duration twice = pause.multipliedBy(2);
            pause = twice.compareTo(MAX_PAUSE) < 0 ? twice : MAX_PAUSE;
        }
        if (!pause.equals(firstPause))
            LOG.info("the alert webhook {} takes alerts again", post.to());
    }

    /// Empty where it was taken, else why it was not.
    private String post(Post post) throws InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(post.to().uri())
                        .timeout(LIMIT)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(post.body()));
        String authorization = post.to().authorization();
        if (!authorization.isEmpty()) request.header("Authorization", authorization);
        try {
            int status = client.send(request.build(), BodyHandlers.discarding()).statusCode();
            return status / 100 == 2 ? "" : "answered " + status;
        } catch (IOException e) {
            // Its text may have the host's words, never the URL.
            return RemoteText.printable(e.toString(), MAX_WHY_CHARS);
        }
    }

    /// What waits is given up.
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        client.shutdownNow();
    }
}
