package relay.core.queue;

/// What came of an order: with how many messages (more exactly entries) it is `done`, on disk; how
/// many were `underWay`, for which it is done when their attempt has ended unless the relay stops
/// before; how many were `leftAlone`, because they have recipients of other domains, or because the
/// connector to which they were to be redirected demands too little TLS; how many stay held as
/// `poison`.
public record OrderResult(long done, long underWay, long leftAlone, long poison) {
    public OrderResult(long done, long underWay, long leftAlone) {
        this(done, underWay, leftAlone, 0);
    }
}
