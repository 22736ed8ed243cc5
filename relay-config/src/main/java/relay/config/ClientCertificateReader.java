package relay.config;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;
import relay.core.routing.ClientCertificates;
import relay.core.routing.ClientCertificates.Wish;

/// Reads what a receive connector wants of its clients' certificates.
record ClientCertificateReader(Section section) {
    private static final String WISH = "clientCertificate";
    private static final String TRUST = "clientCertificateTrust";
    private static final String NAMES = "clientNames";
    private static final Map<String, Wish> WISHES =
            Map.of("requested", Wish.REQUESTED, "required", Wish.REQUIRED);

    ClientCertificates read() {
        Optional<Wish> wish = section.word(WISH, WISHES).map(Located::value);
        Set<String> names =
                section.parseEach(NAMES, ClientCertificateReader::name).stream()
                        .map(Located::value)
                        .collect(Collectors.toSet());
        List<X509Certificate> roots = section.text(TRUST).map(this::roots).orElse(List.of());
        checkTogether();
        return wish.map(found -> new ClientCertificates(found, roots, names))
                .orElse(ClientCertificates.NOT_ASKED);
    }

    private void checkTogether() {
        if (section.has(WISH) && !section.has(TRUST)) {
            error(WISH, "`clientCertificate` without `clientCertificateTrust`", "name the roots");
        }
        if (!section.has(WISH)) {
            error(TRUST, "`clientCertificateTrust` without `clientCertificate`", hint());
            error(NAMES, "`clientNames` without `clientCertificate`", hint());
        }
    }

    private static String hint() {
        return "add clientCertificate: required";
    }

    private void error(String key, String what, String hint) {
        section.keyPlace(key).ifPresent(place -> section.problems().error(place, what, hint));
    }

    private List<X509Certificate> roots(Located<String> text) {
        Problems problems = section.problems();
        Optional<byte[]> content =
                FileReference.resolve(text, problems)
                        .flatMap(path -> FileReference.read(path, text.place(), problems));
        if (content.isEmpty()) return List.of();
        return switch (PemText.certificates(content.get())) {
            case Parsed.Good<List<X509Certificate>>(var roots) -> roots;
            case Parsed.Bad<List<X509Certificate>>(var what, var hint) -> {
                problems.error(text.place(), what, hint);
                yield List.of();
            }
        };
    }

    private static Parsed<String> name(String text) {
        if (!ClientCertificates.isSubject(text)) return DomainText.name(text).map(Object::toString);
        try {
            return Parsed.good(new X500Principal(text).getName());
        } catch (IllegalArgumentException _) {
            return Parsed.bad(
                    Quoted.of(text) + " is not a certificate's subject",
                    "for example CN=copier,O=Example");
        }
    }
}
