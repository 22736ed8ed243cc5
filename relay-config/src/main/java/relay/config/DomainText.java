package relay.config;

import java.util.Optional;
import relay.core.address.Domain;
import relay.core.address.IpRange;
import relay.core.routing.AddressSpace;
import relay.core.routing.DomainPattern;

/// Reads domains, patterns of domains, address spaces and certificate names.
final class DomainText {
    private static final String SUBTREE = "*.";

    private DomainText() {}

    /// `*`, `example.com` or `*.example.com`.
    static Parsed<DomainPattern> pattern(String text) {
        if (text.equals("*")) return Parsed.good(new DomainPattern.Any());
        if (text.startsWith(SUBTREE)) {
            return name(text.substring(SUBTREE.length())).map(DomainPattern.Subtree::new);
        }
        if (text.startsWith("*")) {
            String meant = SUBTREE + text.substring(1);
            String what = Quoted.of(text) + " has no dot after the *";
            return Parsed.bad(what, "write " + meant + " for the domain and its subdomains");
        }
        return domain(text).map(DomainPattern.Exact::new);
    }

    /// `[SMTP:]domain[;cost]`.
    static Parsed<AddressSpace> addressSpace(String text) {
        int colon = text.indexOf(':');
        boolean address = text.startsWith("[") || IpRange.address(text).isPresent();
        boolean typed = colon >= 0 && !address;
        if (typed && !text.substring(0, colon).equalsIgnoreCase("SMTP")) {
            String what = "address spaces of type " + Quoted.of(text.substring(0, colon));
            return Parsed.bad(what + " do not exist here", "the type is SMTP, or left out");
        }
        String rest = typed ? text.substring(colon + 1) : text;
        int semicolon = rest.indexOf(';');
        if (semicolon < 0) return addressSpace(rest, AddressSpace.DEFAULT_COST);
        Optional<Integer> cost =
                AddressText.port(rest.substring(semicolon + 1), 1)
                        .filter(number -> number <= AddressSpace.MAX_COST);
        return Parsed.of(
                        cost,
                        Quoted.of(text) + " has no cost after the semicolon",
                        "1 to 100, lower first")
                .flatMap(number -> addressSpace(rest.substring(0, semicolon), number));
    }

    private static Parsed<AddressSpace> addressSpace(String pattern, int cost) {
        return pattern(pattern).map(found -> new AddressSpace(found, cost));
    }

    /// A name that a certificate may be for; `*.x` accepts any one label below `x`.
    static Parsed<String> certificateName(String text) {
        if (!text.startsWith("*")) return name(text).map(Domain::name);
        if (!text.startsWith(SUBTREE)) return notAName(text);
        return name(text.substring(SUBTREE.length()))
                .flatMap(parent ->
                        parent.name().contains(".")
                                ? Parsed.good(SUBTREE + parent.name())
                                : Parsed.bad(
                                        Quoted.of(text) + " is half the Internet",
                                        "two labels at the least follow the *"));
    }

    /// A domain name, no address literal.
    static Parsed<Domain> name(String text) {
        return domain(text)
                .flatMap(found -> found.isAddressLiteral() ? notAName(text) : Parsed.good(found));
    }

    private static Parsed<Domain> domain(String text) {
        if (text.isEmpty()) return Parsed.bad("there is no domain", "for example example.com");
        String what = Quoted.of(text) + " is not a domain";
        if (IpRange.address(text).isPresent()) {
            String tag = text.contains(":") ? "IPv6:" : "";
            return Parsed.bad(what, "an address stands in brackets: [" + tag + text + "]");
        }
        return Parsed.of(Domain.parse(text), what, domainHint(text));
    }

    private static String domainHint(String text) {
        if (text.contains("*")) return "one * at the front, as in *.example.com";
        if (text.contains("@")) return "without what stands before the @";
        if (text.length() > 1 && text.endsWith(".")) return "without the dot at the end";
        if (text.length() > 1 && text.startsWith(".")) return "write *" + text;
        return "for example example.com";
    }

    private static <T> Parsed<T> notAName(String text) {
        return Parsed.bad(Quoted.of(text) + " is not a name", "for example mx.example.com");
    }
}
