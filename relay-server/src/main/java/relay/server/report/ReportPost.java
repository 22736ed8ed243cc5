package relay.server.report;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import relay.core.smtp.RemoteText;

/// Sends reports by HTTPS (RFC 8460 §5.4). Blocks for a minute at the most; a redirection is not
/// followed, what is answered is not read.
final class ReportPost implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int MAX_WHY_CHARS = 300;

    private final HttpClient client;

    /// `tls` has the roots that the certificates of report hosts are checked against.
    ReportPost(SSLContext tls) {
        client =
                HttpClient.newBuilder()
                        .sslContext(tls)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECT)
                        .build();
    }

    /// Empty where it was taken, else why it was not.
    String post(URI to, byte[] compressed) {
        HttpRequest request =
                HttpRequest.newBuilder(to)
                        .timeout(LIMIT)
                        .header("Content-Type", "application/tlsrpt+gzip")
                        .POST(BodyPublishers.ofByteArray(compressed))
                        .build();
        try {
            int status = client.send(request, BodyHandlers.discarding()).statusCode();
            return status / 100 == 2 ? "" : "answered " + status;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "the relay is stopping";
        } catch (IOException e) {
            return RemoteText.printable(e.toString(), MAX_WHY_CHARS);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
