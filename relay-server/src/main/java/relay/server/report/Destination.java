package relay.server.report;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import relay.core.address.Mailbox;
import relay.core.smtp.MailboxSyntax;

/// Where a domain wants its reports, by the TXT record at `_smtp._tls.` of it (RFC 8460 §3).
sealed interface Destination {
    int MOST = 5;
    Pattern VERSION = Pattern.compile("v=TLSRPTv1[ \t]*;.*", Pattern.DOTALL);

    record Mail(Mailbox to) implements Destination {}

    record Https(URI to) implements Destination {}

    /// Of the records at the name, each its strings put together; none where it is not exactly one
    /// that counts. At most [#MOST].
    static List<Destination> of(List<String> records) {
        List<String> ours =
                records.stream().filter(text -> VERSION.matcher(text).matches()).toList();
        if (ours.size() != 1) return List.of();
        var found = new ArrayList<Destination>();
        for (String field : ours.getFirst().split(";", -1)) {
            if (!field.strip().startsWith("rua=")) continue;
            Stream.of(field.strip().substring("rua=".length()).split(",", -1))
                    .flatMap(uri -> one(uri.strip()).stream())
                    .forEach(found::add);
        }
        return found.stream().distinct().limit(MOST).toList();
    }

    private static Optional<Destination> one(String text) {
        try {
            var uri = new URI(text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            return switch (scheme) {
                case "mailto" -> mailbox(uri.getRawSchemeSpecificPart()).map(Mail::new);
                case "https" ->
                        uri.getHost() == null || uri.getUserInfo() != null
                                ? Optional.empty()
                                : Optional.of(new Https(uri));
                default -> Optional.empty();
            };
        } catch (URISyntaxException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /// What a mailto URI says of header fields does not count.
    private static Optional<Mailbox> mailbox(String written) {
        int query = written.indexOf('?');
        String address = query < 0 ? written : written.substring(0, query);
        // A plus sign is itself in a URI, and a blank in a form.
        String plain = URLDecoder.decode(address.replace("+", "%2B"), StandardCharsets.UTF_8);
        return MailboxSyntax.parse(plain);
    }
}
