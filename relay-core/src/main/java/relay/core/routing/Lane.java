package relay.core.routing;

import relay.core.tls.MessageTls;

/// What shares a connection and its troubles: one connector, one next hop, one TLS floor, one word
/// of the messages on TLS.
///
/// `nextHop` is the recipient domain of a DNS-routed connector, or [#SMART_HOSTS]. `floor` is the
/// pattern of the `domains` entry whose demands apply, or empty: two domains behind the same smart
/// host with different floors are two lanes, so that the failing demands of one never hold up the
/// other. The same goes for mail whose messages say something else of TLS. Mail that the operator
/// redirected has lanes of its own, in which it stays when the routing is asked again. So has mail
/// that goes by `connector` because the hosts of the connector `insteadOf` are down; the demands of
/// that one hold as well. `insteadOf` is empty for all other mail.
public record Lane(
        String connector,
        String nextHop,
        String floor,
        Choice choice,
        MessageTls messageTls,
        String insteadOf) {
    public static final String SMART_HOSTS = "smarthosts";

    /// The name of the queue of mail that no connector takes; no connector can have it.
    public static final String UNREACHABLE = "unreachable";

    /// What stands before the next hop in the name of a lane of redirected mail. No domain has a
    /// colon.
    public static final String REDIRECTED = "redirected:";

    /// What stands there in the name of a lane of mail that failed over, before the name of the
    /// connector that is down and a colon.
    public static final String FAILED_OVER = "failover:";

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

    /// For mail of a connector that is not down.
    public Lane(
            String connector, String nextHop, String floor, Choice choice, MessageTls messageTls) {
        this(connector, nextHop, floor, choice, messageTls, "");
    }

    /// The lane beside this one for messages that say so.
    public Lane forMessages(MessageTls wish) {
        return wish == messageTls
                ? this
                : new Lane(connector, nextHop, floor, choice, wish, insteadOf);
    }

    /// The lane beside this one for mail of that connector, which is down.
    public Lane insteadOf(String first) {
        return new Lane(connector, nextHop, floor, choice, messageTls, first);
    }

    public boolean isUnreachable() {
        return connector.equals(UNREACHABLE);
    }

    public boolean isRedirected() {
        return choice == Choice.BY_OPERATOR;
    }

    public boolean isFailedOver() {
        return !insteadOf.isEmpty();
    }

    /// The next hop as names and the disk have it: `bank.example`, `redirected:bank.example`,
    /// `failover:bank:smarthosts`.
    public String nextHopText() {
        if (isFailedOver()) return FAILED_OVER + insteadOf + ":" + nextHop;
        return (isRedirected() ? REDIRECTED : "") + nextHop;
    }

    /// The lane whose next hop is written so.
    public static Lane of(
            String connector, String nextHopText, String floor, MessageTls messageTls) {
        if (nextHopText.startsWith(FAILED_OVER)) {
            String rest = nextHopText.substring(FAILED_OVER.length());
            int colon = rest.indexOf(':');
            return new Lane(
                    connector,
                    rest.substring(colon + 1),
                    floor,
                    Choice.BY_POLICY,
                    messageTls,
                    rest.substring(0, Math.max(0, colon)));
        }
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
    /// `bank/bank.example,requiretls`, `backup/failover:bank:smarthosts`.
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
