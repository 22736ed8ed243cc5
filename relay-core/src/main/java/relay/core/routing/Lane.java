package relay.core.routing;

/// What shares a connection and its troubles: one connector, one next hop, one TLS floor.
///
/// `nextHop` is the recipient domain of a DNS-routed connector, or [#SMART_HOSTS]. `floor` is the
/// pattern of the `domains` entry whose demands apply, or empty: two domains behind the same smart
/// host with different floors are two lanes, so that the failing demands of one never hold up the
/// other. Mail that the operator redirected has lanes of its own, in which it stays when the
/// routing is asked again.
public record Lane(String connector, String nextHop, String floor, Choice choice) {
    public static final String SMART_HOSTS = "smarthosts";

    /// The name of the queue of mail that no connector takes; no connector can have it.
    public static final String UNREACHABLE = "unreachable";

    /// What stands before the next hop in the name of a lane of redirected mail. No domain has a
    /// colon.
    public static final String REDIRECTED = "redirected:";

    /// Whose choice the connector is.
    public enum Choice {
        BY_POLICY,
        BY_OPERATOR
    }

    /// A lane that the policy table chose.
    public Lane(String connector, String nextHop, String floor) {
        this(connector, nextHop, floor, Choice.BY_POLICY);
    }

    public boolean isUnreachable() {
        return connector.equals(UNREACHABLE);
    }

    public boolean isRedirected() {
        return choice == Choice.BY_OPERATOR;
    }

    /// The next hop as names and the disk have it: `bank.example`, `redirected:bank.example`.
    public String nextHopText() {
        return (isRedirected() ? REDIRECTED : "") + nextHop;
    }

    /// The lane whose next hop is written so.
    public static Lane of(String connector, String nextHopText, String floor) {
        return nextHopText.startsWith(REDIRECTED)
                ? new Lane(
                        connector,
                        nextHopText.substring(REDIRECTED.length()),
                        floor,
                        Choice.BY_OPERATOR)
                : new Lane(connector, nextHopText, floor);
    }

    /// As logs and `relay queue list` show it: `bank/mx.bank.example`,
    /// `filter/smarthosts+*.clinic.example`, `filter/redirected:smarthosts`.
    @Override
    public String toString() {
        return connector + "/" + nextHopText() + (floor.isEmpty() ? "" : "+" + floor);
    }
}
