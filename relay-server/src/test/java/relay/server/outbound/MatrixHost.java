package relay.server.outbound;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import relay.server.outbound.ScriptedPartner.Script;
import relay.server.outbound.ScriptedPartner.Wire;
import relay.server.outbound.TestCertificates.Identity;

/// A host that takes whatever it is told, over TLS or not, and has a book of which envelopes came
/// how. `identity` has the certificate that it shows, or none; `limits` the one version and suite of
/// TLS that it speaks, or none; `stapled` the OCSP response that it staples, or none.
record MatrixHost(
        StartTls startTls,
        List<Identity> identity,
        List<String> limits,
        List<byte[]> stapled,
        List<String> book) {
    enum StartTls {
        NOT_OFFERED,
        REFUSED,
        BROKEN,
        WORKS
    }

    static MatrixHost without(StartTls startTls) {
        return new MatrixHost(
                startTls, List.of(), List.of(), List.of(), new CopyOnWriteArrayList<>());
    }

    static MatrixHost showing(Identity identity) {
        return new MatrixHost(
                StartTls.WORKS,
                List.of(identity),
                List.of(),
                List.of(),
                new CopyOnWriteArrayList<>());
    }

    /// With one version of TLS and one suite, by the JDK's names: the JDK's own sockets will not
    /// speak the old ones.
    MatrixHost only(String version, String suite) {
        return new MatrixHost(startTls, identity, List.of(version, suite), stapled, book);
    }

    MatrixHost stapling(byte[] response) {
        return new MatrixHost(startTls, identity, limits, List.of(response), book);
    }

    private void secure(Wire wire) throws IOException {
        if (!stapled.isEmpty()) {
            wire.secureStapling(staplingContext(identity.getFirst()), stapled.getFirst());
            return;
        }
        if (limits.isEmpty()) {
            wire.secure(identity.getFirst().serverContext());
            return;
        }
        SslContext context =
                SslContextBuilder.forServer(
                                identity.getFirst().keys().getPrivate(),
                                identity.getFirst().chain().toArray(X509Certificate[]::new))
                        .sslProvider(SslProvider.OPENSSL)
                        .protocols(limits.getFirst())
                        .ciphers(limits.subList(1, 2))
                        .build();
        wire.secure(context);
    }

    /// The JDK's own sockets staple only what they fetch.
    static SslContext staplingContext(Identity identity, String... protocols) throws SSLException {
        return SslContextBuilder.forServer(
                        identity.keys().getPrivate(),
                        identity.chain().toArray(X509Certificate[]::new))
                .sslProvider(SslProvider.OPENSSL)
                .protocols(protocols.length == 0 ? null : protocols)
                .enableOcsp(true)
                .build();
    }

    /// Each connection is served in the same way.
    Script script() {
        return wire -> {
            wire.say("220 partner.example ESMTP");
            if (serve(wire, "in clear")) {
                secure(wire);
                serve(wire, "over TLS");
            }
        };
    }

    /// True where TLS is to begin.
    private boolean serve(Wire wire, String how) throws IOException {
        while (true) {
            String line = wire.hear();
            switch (line.split("[ :]", 2)[0]) {
                case "EHLO" -> wire.say(offered(how).toArray(String[]::new));
                case "STARTTLS" -> {
                    if (startTls == StartTls.REFUSED) {
                        wire.say("454 4.7.0 TLS not available");
                        continue;
                    }
                    wire.say("220 go ahead");
                    if (startTls == StartTls.WORKS) return true;
                    wire.say("this is not TLS");
                    return false;
                }
                case "DATA" -> {
                    wire.say("354 go ahead");
                    wire.hearContent();
                    wire.say("250 queued");
                }
                case "QUIT" -> {
                    wire.say("221 bye");
                    return false;
                }
                default -> {
                    book.add(how);
                    wire.say("250 ok");
                }
            }
        }
    }

    private List<String> offered(String how) {
        boolean offers = startTls != StartTls.NOT_OFFERED && how.equals("in clear");
        return offers ? List.of("250-partner.example", "250 STARTTLS") : List.of("250 ok");
    }
}
