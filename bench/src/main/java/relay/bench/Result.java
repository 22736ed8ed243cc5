package relay.bench;

import relay.bench.Ledger.Latency;

/// A line of the table. Rates are messages a second, `cpuMillis` is the relay's for one message,
/// `memoryMiB` the most that was seen, `readyMillis` from the command to `ready`. What a scenario
/// does not measure is 0.
record Result(
        String scenario,
        int messages,
        double perSecond,
        double cpuMillis,
        Latency accepted,
        Latency delivered,
        double memoryMiB,
        double readyMillis,
        int refused,
        int lost,
        int duplicates) {}
