package relay.server.dns;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.Name;

/// The names that a look-up has been led through by CNAME records. Confined to one look-up.
final class CnameTrail {
    /// Enough for every chain that is meant, and an end to those that are not.
    static final int MAX_CNAMES = 8;

    private final List<Name> names = new ArrayList<>();

    CnameTrail(Name asked) {
        names.add(asked);
    }

    /// The name that the question is about by now.
    Name last() {
        return names.getLast();
    }

    /// Goes on to `target`; where that leads nowhere, says why.
    Optional<String> follow(Name target) {
        if (names.contains(target)) return Optional.of("a loop of CNAME records");
        if (names.size() > MAX_CNAMES) return Optional.of("too many CNAME records");
        names.add(target);
        return Optional.empty();
    }
}
