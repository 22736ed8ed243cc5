package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import relay.core.intake.DialoguePeer;

/// A client on a blocking socket and the JDK's TLS, none of which the relay uses. Every wait ends
/// after ten seconds.
final class TestClient implements AutoCloseable {
    private static final int WAIT_MILLIS = 10_000;
    private static final int RECEIVE_BYTES = 16 * 1024;

    private Socket socket;

    TestClient(InetSocketAddress server) {
        try {
            socket = new Socket();
            // What it does not read soon fills this.
            socket.setReceiveBufferSize(RECEIVE_BYTES);
            socket.connect(server, WAIT_MILLIS);
            socket.setSoTimeout(WAIT_MILLIS);
            socket.setTcpNoDelay(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void send(String text) {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] octets) {
        try {
            socket.getOutputStream().write(octets);
            socket.getOutputStream().flush();
        } catch (SocketException _) {
            // The server has ended the connection, which the next read tells.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends again and again, until the server has closed.
    void sendUntilClosed(byte[] octets) {
        try {
            while (true) socket.getOutputStream().write(octets);
        } catch (IOException _) {
            // It has, or this client was closed.
        }
    }

    /// Everything that comes before the server closes.
    String drainUntilClosed() {
        var all = new ByteArrayOutputStream();
        try {
            for (int octet = read(); octet >= 0; octet = read()) all.write(octet);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /// The next line without its end, or that the connection is closed.
    String readLine() {
        var line = new ByteArrayOutputStream();
        try {
            for (int octet = read(); octet != '\n'; octet = read()) {
                if (octet < 0) return line.size() == 0 ? DialoguePeer.CLOSED : line + "(cut)";
                line.write(octet);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("after " + line, e);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        assertThat(text).endsWith("\r");
        return text.substring(0, text.length() - 1);
    }

    private int read() throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException _) {
            return -1;
        }
    }

    /// The last line of the next reply.
    String readReply() {
        String line = readLine();
        while (line.length() > 3 && line.charAt(3) == '-') line = readLine();
        return line;
    }

    /// Sends a command and returns the last line of its reply.
    String ask(String command) {
        send(command + "\r\n");
        return readReply();
    }

    /// Does a handshake that trusts anybody, with `protocols` or any.
    SSLSession secure(String... protocols) {
        try {
            return secure(anybody(), "relay", protocols);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As [#secure], in a context of the test's own, and asking for `name`.
    SSLSession secure(SSLContext context, String name, String... protocols) {
        try {
            var upgraded =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(socket, name, socket.getPort(), true);
            if (protocols.length > 0) upgraded.setEnabledProtocols(protocols);
            upgraded.startHandshake();
            socket = upgraded;
            return upgraded.getSession();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Sends one message, to one recipient, and returns the last reply.
    String sendMessage(String content) {
        ask("EHLO client.example.org");
        ask("MAIL FROM:<a@example.net>");
        ask("RCPT TO:<b@bank.example>");
        ask("DATA");
        return ask(content + "\r\n.");
    }

    @Override
    public void close() {
        disconnect();
    }

    void disconnect() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Trusts anybody, and shows a certificate of `own` where the server asks for one.
    static SSLContext anybody(KeyManager... own) throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(own, new TrustManager[] {new TrustAnybody()}, null);
        return context;
    }

    private static final class TrustAnybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
