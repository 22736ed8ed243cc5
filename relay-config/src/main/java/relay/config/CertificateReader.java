package relay.config;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import relay.config.Configuration.ServerCertificate;
import relay.config.Configuration.Trust;
import relay.core.tls.ClientCertificate;

/// Reads the `tls` part of `relay.yaml` and looks into the files it names: a check that passes must
/// not be followed by a start that fails.
record CertificateReader(Problems problems) {
    private static final String SYSTEM = "system";

    ServerCertificate certificate(Section tls) {
        return tls.section("certificate")
                .flatMap(this::files)
                .orElseGet(ServerCertificate.SelfSigned::new);
    }

    /// Those that are shown to clients that ask for one of their names.
    List<ServerCertificate> furtherCertificates(Section tls) {
        return tls.sections("certificates").stream()
                .flatMap(section -> files(section).stream())
                .toList();
    }

    private Optional<ServerCertificate> files(Section section) {
        Optional<Located<String>> certFile = section.text("certFile");
        Optional<Located<String>> keyFile = section.text("keyFile");
        Optional<X509Certificate> leaf = certFile.flatMap(this::certificates).map(List::getFirst);
        Optional<Path> key = keyFile.flatMap(text -> key(text, leaf));
        Optional<Path> chain = certFile.flatMap(text -> FileReference.resolve(text, problems));
        return chain.flatMap(found -> key.map(with -> new ServerCertificate.Files(found, with)));
    }

    /// Those of a PEM file, at least one, in its order.
    Optional<List<X509Certificate>> certificates(Located<String> text) {
        return content(text).flatMap(bytes -> reported(PemText.certificates(bytes), text.place()));
    }

    /// A certificate of ours and its key, as a connector has them.
    Optional<ClientCertificate> clientCertificate(Section section) {
        Optional<Located<String>> certFile = section.text("certFile");
        Optional<List<X509Certificate>> chain = certFile.flatMap(this::certificates);
        Optional<PrivateKey> key =
                section.text("keyFile")
                        .flatMap(text -> privateKey(text, chain.map(List::getFirst)));
        return chain.flatMap(found ->
                key.map(with -> new ClientCertificate(certFile.get().value(), found, with)));
    }

    private Optional<PrivateKey> privateKey(Located<String> text, Optional<X509Certificate> leaf) {
        Optional<byte[]> content = content(text);
        FileReference.resolve(text, problems)
                .ifPresent(file -> FileReference.noteOpenSecret(file, text.place(), problems));
        if (leaf.isEmpty()) return Optional.empty();
        return content.flatMap(
                bytes -> reported(PemText.privateKey(bytes, leaf.get()), text.place()));
    }

    /// An RSA key that signs mail.
    Optional<PrivateKey> signingKey(Located<String> text) {
        FileReference.resolve(text, problems)
                .ifPresent(file -> FileReference.noteOpenSecret(file, text.place(), problems));
        return content(text).flatMap(bytes -> reported(PemText.rsaKey(bytes), text.place()));
    }

    private Optional<Path> key(Located<String> text, Optional<X509Certificate> leaf) {
        Optional<byte[]> content = content(text);
        content.ifPresent(bytes -> reported(PemText.key(bytes, leaf), text.place()));
        Optional<Path> path = FileReference.resolve(text, problems);
        path.ifPresent(file -> FileReference.noteOpenSecret(file, text.place(), problems));
        return path;
    }

    Trust trust(Section tls) {
        Optional<Located<String>> text =
                tls.text("trust").filter(written -> !written.value().equals(SYSTEM));
        text.ifPresent(this::certificates);
        return text.flatMap(written -> FileReference.resolve(written, problems))
                .<Trust>map(Trust.PemFile::new)
                .orElseGet(Trust.SystemRoots::new);
    }

    private Optional<byte[]> content(Located<String> text) {
        return FileReference.resolve(text, problems)
                .flatMap(path -> FileReference.read(path, text.place(), problems));
    }

    private <T> Optional<T> reported(Parsed<T> parsed, Place place) {
        return switch (parsed) {
            case Parsed.Good<T>(var value) -> Optional.of(value);
            case Parsed.Bad<T>(var what, var hint) -> {
                problems.error(place, what, hint);
                yield Optional.empty();
            }
        };
    }
}
