package relay.core.routing;

import relay.core.tls.MessageTls;

/// What shares a connection and its troubles: one connector, one next hop, one TLS floor, one word
/// of the messages on TLS.
///
/// `nextHop` is the recipient domain of a DNS-routed connector, or [#SMART_HOSTS]. `floor` is the
/// pattern of the `domains` entry whose demands apply, or empty: two domains behind the same smart
/// host with different floors are two lanes, so that the failing demands of one never hold up the
/// other. The same goes for mail whose messages say something else of TLS. Mail that the operator
/// redirected has lanes of its own, in which it stays when the routing is asked again.
public record Lane(
        String connector, String nextHop, String floor, Choice choice, MessageTls messageTls) {
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

    /// A lane that the policy table chose, for messages that say nothing of TLS.
    public Lane(String connector, String nextHop, String floor) {
        this(connector, nextHop, floor, Choice.BY_POLICY);
    }

    /// For messages that say nothing of TLS.
    public Lane(String connector, String nextHop, String floor, Choice choice) {
        this(connector, nextHop, floor, choice, MessageTls.BY_POLICY);
    }

    /// The lane beside this one for messages that say so.
    public Lane forMessages(MessageTls wish) {
        return wish == messageTls ? this : new Lane(connector, nextHop, floor, choice, wish);
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
    public static Lane of(
            String connector, String nextHopText, String floor, MessageTls messageTls) {
        return nextHopText.startsWith(REDIRECTED)
                ? new Lane(
                        connector,
                        nextHopText.substring(REDIRECTED.length()),
                        floor,
                        Choice.BY_OPERATOR,
                        messageTls)
                : new Lane(connector, nextHopText, floor, Choice.BY_POLICY, messageTls);
    }

    /// As logs and `relay queue list` show it: `bank/mx.bank.example`,
    /// `filter/smarthosts+*.clinic.example`, `filter/redirected:smarthosts`,
    /// `bank/bank.example,requiretls`.
    @Override
    public String toString() {
        String name = connector + "/" + nextHopText() + (floor.isEmpty() ? "" : "+" + floor);
        return switch (messageTls) {
            case BY_POLICY -> name;
            case REQUIRED -> name + ",requiretls";
            case NOT_REQUIRED -> name + ",tls-not-required";
        };
    }
}
