package relay.server.outbound;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/// A host on this machine that does exactly what a test says, on blocking sockets and the JDK's
/// TLS: nothing of it is shared with the relay. It keeps a book of every line that it heard, in
/// clear or not.
final class ScriptedPartner implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final ServerSocket server;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<Throwable> troubles = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);

    /// What the host does with one connection.
    @FunctionalInterface
    interface Script {
        void run(Wire wire) throws IOException;
    }

    private ScriptedPartner(ServerSocket server) {
        this.server = server;
    }

    /// Each connection runs the next of `scripts`, the last of them again and again.
    static ScriptedPartner start(Script... scripts) {
        try {
            var partner =
                    new ScriptedPartner(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            Thread.ofVirtual().start(() -> partner.accept(scripts));
            return partner;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void accept(Script... scripts) {
        for (int next = 0; !server.isClosed(); next++) {
            Script script = scripts[Math.min(next, scripts.length - 1)];
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket, script));
            } catch (IOException _) {
                over.countDown();
                return;
            }
        }
    }

    private void serve(Socket socket, Script script) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            script.run(new Wire(socket));
        } catch (IOException e) {
            troubles.add(e);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /// Every line that was heard, in the order it came; content is not among them.
    List<String> heard() {
        return List.copyOf(heard);
    }

    @Override
    public void close() {
        try {
            server.close();
            over.await();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The host's end of a connection.
    final class Wire {
        private Socket socket;
        private InputStream in;
        private OutputStream out;

        Wire(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        /// The address that the connection comes from.
        String peer() {
            return socket.getInetAddress().getHostAddress();
        }

        /// Sends the lines in one packet.
        void say(String... lines) throws IOException {
            sayRaw(String.join("\r\n", lines) + "\r\n");
        }

        void sayRaw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        /// The next line; throws [EOFException] at the end.
        String hear() throws IOException {
            var line = new ByteArrayOutputStream();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) throw new EOFException("after " + line);
                if (next != '\r') line.write(next);
            }
            String text = line.toString(StandardCharsets.UTF_8);
            heard.add(text);
            return text;
        }

        /// Hears a line that begins with `command`, and answers.
        String answer(String command, String... reply) throws IOException {
            String line = hear();
            if (!line.startsWith(command)) throw new IOException("heard " + line);
            say(reply);
            return line;
        }

        /// Everything up to the dot, as it came, without the dot.
        byte[] hearContent() throws IOException {
            var content = new ByteArrayOutputStream();
            while (true) {
                var line = new ByteArrayOutputStream();
                int previous = 0;
                for (int next = in.read(); ; next = in.read()) {
                    if (next < 0) throw new EOFException("in the content");
                    line.write(next);
                    if (next == '\n' && previous == '\r') break;
                    previous = next;
                }
                if (line.size() == 3 && line.toByteArray()[0] == '.') return content.toByteArray();
                byte[] bytes = line.toByteArray();
                int from = bytes[0] == '.' ? 1 : 0;
                content.write(bytes, from, bytes.length - from);
            }
        }

        /// Greets, and answers EHLO with these extensions.
        void greet(String... extensions) throws IOException {
            say("220 partner.example ESMTP");
            answerHello(extensions);
        }

        void answerHello(String... extensions) throws IOException {
            var reply = new String[extensions.length + 1];
            reply[0] = "250-partner.example";
            for (int i = 0; i < extensions.length; i++) reply[i + 1] = "250-" + extensions[i];
            reply[extensions.length] = reply[extensions.length].replaceFirst("250-", "250 ");
            answer("EHLO ", reply);
        }

        /// Takes one message in the order of a group, one reply a command, and says `verdict`.
        byte[] take(String verdict) throws IOException {
            answer("MAIL FROM:", "250 2.1.0 ok");
            answer("RCPT TO:", "250 2.1.5 ok");
            answer("DATA", "354 go");
            byte[] content = hearContent();
            say(verdict);
            return content;
        }

        void quit() throws IOException {
            answer("QUIT", "221 bye");
        }

        /// Goes on in TLS, and asks the client for a certificate; gives the chain, or nothing.
        List<Certificate> secureAsking(SSLContext context) throws IOException {
            var tls =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(socket, in.available() > 0 ? in : null, true);
            tls.setUseClientMode(false);
            tls.setWantClientAuth(true);
            tls.startHandshake();
            socket = tls;
            in = new BufferedInputStream(tls.getInputStream());
            out = tls.getOutputStream();
            try {
                return List.of(tls.getSession().getPeerCertificates());
            } catch (SSLPeerUnverifiedException _) {
                return List.of();
            }
        }

        /// Goes on in TLS; gives the server names that the client sent.
        List<String> secure(SSLContext context) throws IOException {
            var tls =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(socket, in.available() > 0 ? in : null, true);
            tls.setUseClientMode(false);
            tls.startHandshake();
            socket = tls;
            in = new BufferedInputStream(tls.getInputStream());
            out = tls.getOutputStream();
            return ((ExtendedSSLSession) tls.getSession())
                    .getRequestedServerNames().stream()
                            .map(name -> new String(name.getEncoded(), StandardCharsets.US_ASCII))
                            .toList();
        }

        /// Goes on in TLS by another library, see [EngineStreams].
        void secure(SslContext context) throws IOException {
            secure(context.newEngine(ByteBufAllocator.DEFAULT));
        }

        /// The same, with an OCSP response for the certificate.
        void secureStapling(SslContext context, byte[] response) throws IOException {
            var engine =
                    (ReferenceCountedOpenSslEngine) context.newEngine(ByteBufAllocator.DEFAULT);
            engine.setOcspResponse(response);
            secure(engine);
        }

        private void secure(SSLEngine engine) throws IOException {
            var streams = new EngineStreams(engine, socket, in);
            in = streams.in();
            out = streams.out();
        }

        /// Of the TLS that [#secure] began.
        ExtendedSSLSession tlsSession() {
            return (ExtendedSSLSession) ((SSLSocket) socket).getSession();
        }

        /// Ends the connection with RST.
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /// Says no more, but listens.
        void halfClose() throws IOException {
            socket.shutdownOutput();
        }

        /// Leaves the connection open, and what comes where it is, until the test is over.
        void stopReading() {
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /// Takes whatever comes, until the other side hangs up.
        void drain() throws IOException {
            in.transferTo(OutputStream.nullOutputStream());
        }

        /// Writes down what it hears until QUIT, and says nothing to anything else.
        void listenUntilQuit() throws IOException {
            while (!hear().equals("QUIT")) {}
            say("221 bye");
        }

        /// Writes down what it hears until the other side hangs up.
        void listenUntilClosed() throws IOException {
            while (true) hear();
        }
    }
}
