package relay.server.tracking;

import java.time.Instant;

/// What is asked of the log: records from `start` until before `end`. Any other part is empty where
/// it does not matter. `event` is a word such as `SEND`; `sender` and `recipient` are an address, a
/// domain, or `*.domain` with its subdomains; `connector` sends or receives; `id` is a queue id, with
/// or without the entry.
public record Selection(
        Instant start,
        Instant end,
        String event,
        String sender,
        String recipient,
        String connector,
        String id) {}
