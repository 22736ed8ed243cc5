package relay.core.routing;

/// What a send connector can carry, and at what cost: 1 to 100, lower first.
public record AddressSpace(DomainPattern pattern, int cost) {
    public static final int DEFAULT_COST = 1;
    public static final int MAX_COST = 100;

    public AddressSpace {
        if (cost < 1 || cost > MAX_COST) throw new IllegalArgumentException("cost " + cost);
    }

    @Override
    public String toString() {
        return "SMTP:" + pattern + ";" + cost;
    }
}
