package relay.core.smtp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import relay.core.address.IpRange;

/// What a host says of the client that it speaks for, by XCLIENT, an extension of Postfix: for each
/// attribute that it named its text, empty where the host does not know it. Pure; any thread.
///
/// PORT, DESTADDR, DESTPORT and LOGIN must be well-formed and mean nothing here.
public record XClient(Map<Attribute, String> said) {
    /// Where nobody has named anybody.
    public static final XClient NONE = new XClient(Map.of());

    private static final int MAX_LOGIN_CHARS = 255;
    private static final String UNAVAILABLE = "[UNAVAILABLE]";
    private static final String FOR_THE_MOMENT = "[TEMPUNAVAIL]";
    private static final String IPV6_TAG = "IPV6:";

    public enum Attribute {
        NAME,
        ADDR,
        PORT,
        PROTO,
        HELO,
        LOGIN,
        DESTADDR,
        DESTPORT
    }

    /// What EHLO names: not LOGIN, so that nobody takes it for a login.
    public static final String OFFERED = "NAME ADDR PORT PROTO HELO DESTADDR DESTPORT";

    public XClient {
        said = Map.copyOf(said);
    }

    /// Reads what follows the verb; empty where an attribute is unknown, comes twice or is not well
    /// formed.
    static Optional<XClient> parse(String argument) {
        var said = new EnumMap<Attribute, String>(Attribute.class);
        for (String word : argument.split(" +", -1)) {
            int equals = word.indexOf('=');
            Optional<Attribute> attribute =
                    equals < 0 ? Optional.empty() : attribute(word.substring(0, equals));
            Optional<String> text =
                    attribute.flatMap(known -> text(known, word.substring(equals + 1)));
            if (text.isEmpty()) return Optional.empty();
            if (said.put(attribute.get(), text.get()) != null) return Optional.empty();
        }
        return Optional.of(new XClient(said));
    }

    /// What is known once `later` has been said too.
    public XClient and(XClient later) {
        var all = new EnumMap<Attribute, String>(Attribute.class);
        all.putAll(said);
        all.putAll(later.said);
        return new XClient(all);
    }

    public boolean isNone() {
        return said.isEmpty();
    }

    /// The client's address, where it was named; `otherwise` where nothing was said of it; empty
    /// where the host does not know it.
    public Optional<InetAddress> address(InetAddress otherwise) {
        String text = said.get(Attribute.ADDR);
        return text == null ? Optional.of(otherwise) : address(text);
    }

    /// The client's name in the DNS; empty where it is not known.
    public String name() {
        return said.getOrDefault(Attribute.NAME, "");
    }

    /// How the client has greeted the host; empty where that is not known.
    public String helo() {
        return said.getOrDefault(Attribute.HELO, "");
    }

    /// The verb with which the client has greeted the host; `otherwise` where that was not said.
    public Verb hello(Verb otherwise) {
        return switch (said.getOrDefault(Attribute.PROTO, "")) {
            case "SMTP" -> Verb.HELO;
            case "ESMTP" -> Verb.EHLO;
            default -> otherwise;
        };
    }

    private static Optional<Attribute> attribute(String name) {
        String wanted = Ascii.upper(name);
        for (Attribute attribute : Attribute.values()) {
            if (attribute.name().equals(wanted)) return Optional.of(attribute);
        }
        return Optional.empty();
    }

    private static Optional<String> text(Attribute attribute, String value) {
        return Xtext.decode(value).flatMap(decoded -> checked(attribute, decoded));
    }

    private static Optional<String> checked(Attribute attribute, String text) {
        boolean unknown = text.equalsIgnoreCase(UNAVAILABLE);
        return switch (attribute) {
            case NAME ->
                    unknown || text.equalsIgnoreCase(FOR_THE_MOMENT)
                            ? Optional.of("")
                            : Optional.of(text).filter(CommandParser::isClientName);
            case HELO ->
                    unknown
                            ? Optional.of("")
                            : Optional.of(text).filter(CommandParser::isClientName);
            case ADDR, DESTADDR ->
                    unknown
                            ? Optional.of("")
                            : Optional.of(text).filter(written -> address(written).isPresent());
            case PORT, DESTPORT ->
                    unknown ? Optional.of("") : Optional.of(text).filter(XClient::isPort);
            case LOGIN ->
                    unknown
                            ? Optional.of("")
                            : Optional.of(text).filter(name -> name.length() <= MAX_LOGIN_CHARS);
            case PROTO ->
                    Optional.of(text.toUpperCase(Locale.ROOT))
                            .filter(word -> word.equals("SMTP") || word.equals("ESMTP"));
        };
    }

    private static boolean isPort(String text) {
        return text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65_535;
    }

    // An IPv6 address has its tag, an IPv4 address has none; neither has brackets.
    private static Optional<InetAddress> address(String text) {
        boolean tagged = text.regionMatches(true, 0, IPV6_TAG, 0, IPV6_TAG.length());
        String bare = tagged ? text.substring(IPV6_TAG.length()) : text;
        return IpRange.address(bare).filter(address -> tagged == address instanceof Inet6Address);
    }
}
