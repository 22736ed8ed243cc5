package relay.core.scheduler;

/// Names one outbound session, from the order to open it until it has ended.
public record SessionId(long value) {}
