package relay.core.smtp;

/// What a host lets one connection carry (RFC 9422 §4): transactions (MAILMAX), recipients in one of
/// them (RCPTMAX), and domains of recipients in all of them (RCPTDOMAINMAX). Each is 1 at the least.
public record HostLimits(int transactions, int recipients, int domains) {
    public static final int NO_LIMIT = Integer.MAX_VALUE;
    public static final HostLimits NONE = new HostLimits(NO_LIMIT, NO_LIMIT, NO_LIMIT);
}
