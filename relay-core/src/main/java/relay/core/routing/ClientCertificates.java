package relay.core.routing;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.ChainVerdict;

/// What a receive connector wants of its clients' certificates. `roots` are those that a chain may
/// end at; `names` the identities that are let in, any where there are none: DNS names in lower
/// case, or whole subjects such as `CN=copier,O=Example`.
public record ClientCertificates(Wish wish, List<X509Certificate> roots, Set<String> names) {
    public static final ClientCertificates NOT_ASKED =
            new ClientCertificates(Wish.NOT_ASKED, List.of(), Set.of());

    public enum Wish {
        NOT_ASKED,
        /// Asked for; a client that has none may go on.
        REQUESTED,
        /// Without a good one there is no mail.
        REQUIRED
    }

    public ClientCertificates {
        roots = List.copyOf(roots);
        names = Set.copyOf(names);
    }

    /// Whether a client that has shown this may hand us mail.
    public boolean admits(Evidence tls) {
        return switch (wish) {
            case NOT_ASKED, REQUESTED -> true;
            case REQUIRED -> identity(tls).isPresent();
        };
    }

    /// Who the client is, by its certificate: of the names that are let in the first it has. Empty
    /// where the certificate is none, is not trusted, or is nobody's who is let in.
    public Optional<String> identity(Evidence tls) {
        return switch (tls) {
            case Evidence.Plaintext _ -> Optional.empty();
            case Evidence.Encrypted encrypted ->
                    encrypted.verdict() instanceof ChainVerdict.Trusted
                            ? trusted(encrypted)
                            : Optional.empty();
        };
    }

    private Optional<String> trusted(Evidence.Encrypted tls) {
        if (names.isEmpty()) return tls.identity();
        X500Principal subject = tls.chain().getFirst().getSubjectX500Principal();
        return names.stream()
                .sorted()
                .filter(name ->
                        tls.presentedNames().contains(name)
                                || (isSubject(name) && new X500Principal(name).equals(subject)))
                .findFirst();
    }

    /// Whether it is a whole subject, not a DNS name.
    public static boolean isSubject(String name) {
        return name.indexOf('=') >= 0;
    }
}
