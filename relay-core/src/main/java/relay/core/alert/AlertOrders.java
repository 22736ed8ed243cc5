package relay.core.alert;

import java.time.Duration;

/// Where alerts are posted, what they are about, and how long a trouble stands before it is told,
/// and is away before that is.
public record AlertOrders(Webhook webhook, AlertRules rules, Duration after) {}
