package relay.core.routing;

/// What shares a connection and its troubles: one connector, one next hop, one TLS floor.
///
/// `nextHop` is the recipient domain of a DNS-routed connector, or [#SMART_HOSTS]. `floor` is the
/// pattern of the `domains` entry whose demands apply, or empty: two domains behind the same smart
/// host with different floors are two lanes, so that the failing demands of one never hold up the
/// other.
public record Lane(String connector, String nextHop, String floor) {
    public static final String SMART_HOSTS = "smarthosts";

    /// The name of the queue of mail that no connector takes; no connector can have it.
    public static final String UNREACHABLE = "unreachable";

    public boolean isUnreachable() {
        return connector.equals(UNREACHABLE);
    }

    /// As logs and `relay queue list` show it: `bank/mx.bank.example`,
    /// `filter/smarthosts+*.clinic.example`.
    @Override
    public String toString() {
        return connector + "/" + nextHop + (floor.isEmpty() ? "" : "+" + floor);
    }
}
