package relay.core.address;

import java.net.InetAddress;
import java.util.Optional;

/// The part of a mailbox after the `@`: a domain name, or an address literal (RFC 5321 §4.1.2,
/// §4.1.3).
///
/// A domain name is kept in lower case and as A-labels (RFC 5891 §4.4), so that equal domains are
/// equal values and the DNS and certificates can be asked for it as it is. A literal is kept with
/// its brackets: `[192.0.2.7]`, `[IPv6:2001:db8::1]`. Limit: 255 octets (RFC 5321 §4.5.3.1.2).
/// Internationalised labels are those of IDNA 2008, as far as that matters to where mail goes ([Idna]).
public record Domain(String name) {
    private static final int MAX_NAME_OCTETS = 255;
    private static final int MAX_LABEL_OCTETS = 63;

    /// Throws [IllegalArgumentException] where `name` is not already in the normal form; text from
    /// outside goes through [#parse].
    public Domain {
        if (!isLiteral(name) && !isNormalName(name)) {
            throw new IllegalArgumentException("not a normalised domain: " + name);
        }
    }

    /// Reads a domain name, with A-labels or U-labels and in any case, or an address literal. Empty
    /// where it is neither.
    public static Optional<Domain> parse(String text) {
        if (text.startsWith("[")) return AddressLiteral.normalise(text).map(Domain::new);
        return Idna.aLabels(text).filter(Domain::isNormalName).map(Domain::new);
    }

    public boolean isAddressLiteral() {
        return isLiteral(name);
    }

    /// The address of an address literal; empty for a name.
    public Optional<InetAddress> literalAddress() {
        return isAddressLiteral() ? AddressLiteral.address(name) : Optional.empty();
    }

    /// The domain without its first label; empty for a single label and for a literal.
    public Optional<Domain> parent() {
        int dot = name.indexOf('.');
        return isAddressLiteral() || dot < 0
                ? Optional.empty()
                : Optional.of(new Domain(name.substring(dot + 1)));
    }

    @Override
    public String toString() {
        return name;
    }

    private static boolean isLiteral(String name) {
        return name.startsWith("[")
                && AddressLiteral.normalise(name).filter(name::equals).isPresent();
    }

    private static boolean isNormalName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME_OCTETS) return false;
        int labelStart = 0;
        for (int i = 0; i <= name.length(); i++) {
            if (i < name.length() && name.charAt(i) != '.') {
                if (!isLabelCharacter(name.charAt(i))) return false;
                continue;
            }
            if (!isLabel(name, labelStart, i)) return false;
            labelStart = i + 1;
        }
        return true;
    }

    private static boolean isLabel(String name, int start, int end) {
        int length = end - start;
        return length > 0
                && length <= MAX_LABEL_OCTETS
                && name.charAt(start) != '-'
                && name.charAt(end - 1) != '-';
    }

    // The underscore is no host name character (RFC 1123 §2.1), but mail domains and MX hosts with
    // one exist.
    private static boolean isLabelCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
