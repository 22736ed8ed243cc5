package relay.server.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.subethamail.smtp.helper.SimpleMessageListener;
import org.subethamail.smtp.server.SMTPServer;

/// A partner's mail server on a port of this machine, which takes everything and keeps nothing.
public final class DemoPartner implements AutoCloseable {
    private final SMTPServer server;

    /// `tls` has what it needs to offer STARTTLS, or nothing: then it offers none.
    public DemoPartner(String hostName, List<SSLContext> tls) {
        var builder =
                SMTPServer.port(0)
                        .bindAddress(InetAddress.getLoopbackAddress())
                        .hostName(hostName)
                        .insertReceivedHeaders(false)
                        .simpleMessageListener(new TakesAll());
        for (SSLContext context : tls) {
            builder = builder.enableTLS().startTlsSocketFactory(context);
        }
        server = builder.build();
        server.start();
    }

    public int port() {
        return server.getPortAllocated();
    }

    @Override
    public void close() {
        server.stop();
    }

    private static final class TakesAll implements SimpleMessageListener {
        @Override
        public boolean accept(String from, String recipient) {
            return true;
        }

        @Override
        public void deliver(String from, String recipient, InputStream content) throws IOException {
            content.transferTo(OutputStream.nullOutputStream());
        }
    }
}
