package relay.core.simulation;

import java.util.HashSet;
import java.util.Set;

/// What a host says that one connection may carry (RFC 9422), and what the relay makes it carry. Of
/// eight hosts one limits transactions, one recipients and one their domains, chosen without luck.
final class Limited {
    private static final int MOST_TRANSACTIONS = 3;
    private static final int MOST_RECIPIENTS = 2;

    private final Kind kind;
    private final Set<String> domains = new HashSet<>();
    private int transactions;
    private int recipients;

    enum Kind {
        NONE,
        TRANSACTIONS,
        RECIPIENTS,
        DOMAINS
    }

    Limited(Kind kind) {
        this.kind = kind;
    }

    static Kind kind(String host) {
        return switch (Math.floorMod(host.hashCode(), 8)) {
            case 0 -> Kind.TRANSACTIONS;
            case 2 -> Kind.DOMAINS;
            case 4 -> Kind.RECIPIENTS;
            default -> Kind.NONE;
        };
    }

    /// Its line in the reply to EHLO; empty where there is no limit.
    String line() {
        return switch (kind) {
            case NONE -> "";
            case TRANSACTIONS -> "250-LIMITS MAILMAX=" + MOST_TRANSACTIONS + "\r\n";
            case RECIPIENTS -> "250-LIMITS RCPTMAX=" + MOST_RECIPIENTS + "\r\n";
            case DOMAINS -> "250-LIMITS RCPTDOMAINMAX=1\r\n";
        };
    }

    /// Throws where the relay goes beyond what it was told.
    void mail() {
        recipients = 0;
        transactions++;
        if (kind == Kind.TRANSACTIONS && transactions > MOST_TRANSACTIONS) {
            throw new Violation("a host heard more transactions than it takes");
        }
    }

    void recipient(String domain) {
        recipients++;
        domains.add(domain);
        if (kind == Kind.DOMAINS && domains.size() > 1) {
            throw new Violation("a host heard of more domains than it takes");
        }
        if (kind == Kind.RECIPIENTS && recipients > MOST_RECIPIENTS) {
            throw new Violation("a host heard more recipients than it takes");
        }
    }
}
