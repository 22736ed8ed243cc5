package relay.server.tracking;

import java.util.Locale;
import java.util.Optional;
import relay.core.address.Domain;

/// Whose mail is asked for: `a@bank.example`, `bank.example` (everyone there), or `*.bank.example`
/// (there and in every subdomain). An empty `localPart` stands for everyone. Local parts are compared
/// without regard to case.
record RecipientPattern(String localPart, Domain domain, Scope scope) {
    private static final String SUBTREE = "*.";

    enum Scope {
        DOMAIN,
        SUBTREE
    }

    /// Empty where the text is neither an address nor a domain.
    static Optional<RecipientPattern> parse(String text) {
        int at = text.lastIndexOf('@');
        String local = at < 0 ? "" : text.substring(0, at).toLowerCase(Locale.ROOT);
        String rest = text.substring(at + 1);
        boolean subtree = at < 0 && rest.startsWith(SUBTREE);
        return Domain.parse(subtree ? rest.substring(SUBTREE.length()) : rest)
                .map(domain ->
                        new RecipientPattern(
                                local, domain, subtree ? Scope.SUBTREE : Scope.DOMAIN));
    }

    boolean matches(String address) {
        int at = address.lastIndexOf('@');
        if (at < 0) return false;
        String local = address.substring(0, at);
        return isIn(address.substring(at + 1))
                && (localPart.isEmpty() || localPart.equals(local.toLowerCase(Locale.ROOT)));
    }

    private boolean isIn(String name) {
        if (name.equals(domain.name())) return true;
        return scope == Scope.SUBTREE && name.endsWith("." + domain.name());
    }

    /// What a line has in any case that has a match.
    byte[] needle() {
        String before = scope == Scope.SUBTREE ? "" : "@";
        return RecordShape.ascii(before + domain.name() + "\"");
    }

    @Override
    public String toString() {
        String host = (scope == Scope.SUBTREE ? SUBTREE : "") + domain;
        return localPart.isEmpty() ? host : localPart + "@" + host;
    }
}
