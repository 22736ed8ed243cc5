package relay.core.tls;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The TXT record at `_mta-sts.` of a domain, which says that it has an MTA-STS policy (RFC 8461
/// §3.1). `id` is another one for each version of the policy: 1 to 32 letters and digits.
public record StsRecord(String id) {
    private static final Pattern VERSION = Pattern.compile("v=STSv1[ \t]*;.*", Pattern.DOTALL);
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9]{1,32}");
    private static final Pattern EXTENSION =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[\\x21-\\x3a\\x3c\\x3e-\\x7e]+");

    /// What the TXT records at one name say.
    public sealed interface Found {
        /// Exactly one record, and it is well formed.
        record Published(StsRecord record) implements Found {}

        /// No record of this version.
        record None() implements Found {}

        /// Several, or one that is not well formed: as good as none. `why` is for people.
        record Invalid(String why) implements Found {}
    }

    /// `records` are TXT records, of each its strings put together. Those of other versions do not
    /// count.
    public static Found of(List<String> records) {
        List<String> ours =
                records.stream().filter(text -> VERSION.matcher(text).matches()).toList();
        return switch (ours.size()) {
            case 0 -> new Found.None();
            case 1 -> one(ours.getFirst());
            default -> new Found.Invalid(ours.size() + " records with v=STSv1");
        };
    }

    /// Whether `text` can be an id.
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    private static Found one(String text) {
        List<String> fields = List.of(text.split(";", -1)).stream().map(String::strip).toList();
        // One delimiter may stand at the end.
        int end = fields.getLast().isEmpty() ? fields.size() - 1 : fields.size();
        Optional<String> id = Optional.empty();
        for (String field : fields.subList(1, end)) {
            if (field.startsWith("id=")) {
                String value = field.substring("id=".length());
                if (!isId(value)) return new Found.Invalid("bad id: " + field);
                if (id.isEmpty()) id = Optional.of(value);
            } else if (!EXTENSION.matcher(field).matches()) {
                return new Found.Invalid("not a field: " + field);
            }
        }
        return id.<Found>map(value -> new Found.Published(new StsRecord(value)))
                .orElseGet(() -> new Found.Invalid("no id"));
    }
}
