package relay.server.outbound;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/// TLS over a blocking socket by any engine, such as BoringSSL's, which speaks what the JDK's
/// sockets will not: old versions, and tickets with keys that a test chooses. Confined to a thread.
final class EngineStreams {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final InputStream wireIn;
    private final OutputStream wireOut;
    private final ByteBuffer encrypted = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private final ByteBuffer plain = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private final ByteBuffer outgoing = ByteBuffer.allocate(BUFFER_BYTES);

    /// `engine` is the server's; the handshake is over when this returns.
    EngineStreams(SSLEngine engine, Socket socket, InputStream wireIn) throws IOException {
        this.engine = engine;
        this.wireIn = wireIn;
        this.wireOut = socket.getOutputStream();
        engine.beginHandshake();
        while (isHandshaking()) step();
    }

    private boolean isHandshaking() {
        HandshakeStatus status = engine.getHandshakeStatus();
        return status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED;
    }

    private void step() throws IOException {
        switch (engine.getHandshakeStatus()) {
            case NEED_WRAP -> wrap(NOTHING);
            case NEED_TASK -> engine.getDelegatedTask().run();
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN, FINISHED, NOT_HANDSHAKING -> unwrap();
        }
    }

    private void wrap(ByteBuffer content) throws IOException {
        do {
            engine.wrap(content, outgoing.clear());
            wireOut.write(outgoing.array(), 0, outgoing.position());
        } while (content.hasRemaining());
        wireOut.flush();
    }

    /// Reads from the socket only where the engine has not enough.
    private void unwrap() throws IOException {
        SSLEngineResult result = engine.unwrap(encrypted, plain.clear());
        plain.flip();
        switch (result.getStatus()) {
            case OK -> {}
            case BUFFER_UNDERFLOW -> readSocket();
            case CLOSED -> throw new EOFException("TLS is closed");
            case BUFFER_OVERFLOW -> throw new IOException("a record larger than TLS allows");
        }
    }

    private void readSocket() throws IOException {
        encrypted.compact();
        int count = wireIn.read(encrypted.array(), encrypted.position(), encrypted.remaining());
        if (count < 0) throw new EOFException("closed in the middle of TLS");
        encrypted.position(encrypted.position() + count).flip();
    }

    InputStream in() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                while (!plain.hasRemaining()) {
                    if (isHandshaking()) step();
                    else unwrap();
                }
                return plain.get() & 0xff;
            }

            @Override
            public int read(byte[] into, int from, int most) throws IOException {
                if (most == 0) return 0;
                into[from] = (byte) read();
                int more = Math.min(most - 1, plain.remaining());
                plain.get(into, from + 1, more);
                return 1 + more;
            }
        };
    }

    OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] content, int from, int count) throws IOException {
                wrap(ByteBuffer.wrap(content, from, count));
            }
        };
    }
}
