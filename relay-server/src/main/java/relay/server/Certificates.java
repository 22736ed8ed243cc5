package relay.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import relay.config.Configuration;
import relay.server.listener.SelfSignedCertificate;
import relay.server.listener.ServerCertificate;

/// The certificates that a configuration names, out of their files.
final class Certificates {
    private Certificates() {}

    /// All of them; a self-signed one is made where none is named and none is there.
    static List<ServerCertificate> read(Configuration wanted, InstantSource clock)
            throws IOException {
        var all = new ArrayList<ServerCertificate>();
        for (Configuration.ServerCertificate named : wanted.certificates()) {
            all.add(
                    switch (named) {
                        case Configuration.ServerCertificate.SelfSigned _ ->
                                SelfSignedCertificate.in(
                                        wanted.dataFolder(), wanted.hostname(), clock.instant());
                        case Configuration.ServerCertificate.Files(var certFile, var keyFile) ->
                                ServerCertificate.read(certFile, keyFile);
                    });
        }
        return all;
    }

    /// Those whose change counts: the operator's, not the one that the relay makes itself.
    static List<Path> files(Configuration wanted) {
        return wanted.certificates().stream()
                .flatMap(named ->
                        switch (named) {
                            case Configuration.ServerCertificate.SelfSigned _ -> Stream.of();
                            case Configuration.ServerCertificate.Files(var cert, var key) ->
                                    Stream.of(cert, key);
                        })
                .toList();
    }
}
