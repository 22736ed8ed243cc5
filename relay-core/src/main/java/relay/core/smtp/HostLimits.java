package relay.core.smtp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import relay.core.address.Mailbox;

/// What a host lets one connection carry (RFC 9422 §4): transactions (MAILMAX), recipients in one of
/// them (RCPTMAX), and domains of recipients in all of them (RCPTDOMAINMAX). Each is 1 at the least.
public record HostLimits(int transactions, int recipients, int domains) {
    public static final int NO_LIMIT = Integer.MAX_VALUE;
    public static final HostLimits NONE = new HostLimits(NO_LIMIT, NO_LIMIT, NO_LIMIT);

    /// Whether one transaction may have them all, on a connection that has carried nothing before.
    public boolean fit(List<Mailbox> to) {
        if (to.size() > recipients) return false;
        return domains == NO_LIMIT
                || to.stream().map(Mailbox::domain).distinct().count() <= domains;
    }

    /// All of them in parts, each of which fits; those of one domain together where they can be.
    public List<List<Mailbox>> parts(List<Mailbox> to) {
        var parts = new ArrayList<List<Mailbox>>();
        var part = new ArrayList<Mailbox>();
        for (Mailbox next : byDomain(to)) {
            part.add(next);
            if (fit(part)) continue;
            part.removeLast();
            parts.add(List.copyOf(part));
            part.clear();
            part.add(next);
        }
        parts.add(List.copyOf(part));
        return parts;
    }

    private static List<Mailbox> byDomain(List<Mailbox> to) {
        return to.stream().sorted(Comparator.comparing(next -> next.domain().name())).toList();
    }
}
