package relay.bench;

import java.util.List;
import java.util.Optional;
import relay.bench.Load.Shape;

/// What is measured. `messages` is the default; 20 sessions and 100 messages a connection are those
/// of a busy mail server.
record Scenario(String name, Kind kind, int messages, Shape shape, boolean tls, String what) {
    private static final int KIB = 1024;
    private static final int SESSIONS = 20;
    private static final int REUSE = 100;

    enum Kind {
        /// As fast as the relay takes it; or at a steady rate, where the shape has one.
        FLOW,
        /// The next hop is down while mail comes in, and then is up; between the two, a restart.
        BACKLOG,
        /// A steady rate beside ten thousand clients that say nothing.
        IDLE,
        /// The time from the command to `ready`, with a large configuration.
        START
    }

    static final List<Scenario> ALL =
            List.of(
                    flow("plain-2k", 20_000, full(2 * KIB), false, "2 KiB in clear"),
                    flow("tls-2k", 20_000, full(2 * KIB), true, "2 KiB, TLS both ways"),
                    flow("plain-50k", 5_000, full(50 * KIB), false, "50 KiB in clear"),
                    flow("tls-50k", 5_000, full(50 * KIB), true, "50 KiB, TLS both ways"),
                    flow("tls-5m", 100, full(5 * KIB * KIB), true, "5 MiB, TLS both ways"),
                    flow(
                            "tls-2k-single",
                            5_000,
                            single(2 * KIB),
                            true,
                            "one message a connection, TLS both ways"),
                    flow(
                            "latency-50",
                            1_000,
                            steady(50),
                            true,
                            "50 messages a second, TLS both ways"),
                    flow(
                            "latency-500",
                            5_000,
                            steady(500),
                            true,
                            "500 messages a second, TLS both ways"),
                    flow(
                            "domains",
                            20_000,
                            spread(1_000),
                            false,
                            "1,000 domains, each with its connector and next hop"),
                    new Scenario(
                            "backlog",
                            Kind.BACKLOG,
                            10_000,
                            full(2 * KIB),
                            false,
                            "the next hop down, a restart, the next hop back"),
                    new Scenario(
                            "idle",
                            Kind.IDLE,
                            1_000,
                            steady(50),
                            true,
                            "50 messages a second beside 10,000 idle clients"),
                    new Scenario(
                            "start",
                            Kind.START,
                            0,
                            full(2 * KIB),
                            false,
                            "a start with 10,000 connectors"));

    static Optional<Scenario> named(String name) {
        return ALL.stream().filter(scenario -> scenario.name().equals(name)).findFirst();
    }

    private static Scenario flow(String name, int messages, Shape shape, boolean tls, String what) {
        return new Scenario(name, Kind.FLOW, messages, shape, tls, what);
    }

    private static Shape full(int octets) {
        return new Shape(octets, SESSIONS, REUSE, 0, 1);
    }

    private static Shape single(int octets) {
        return new Shape(octets, SESSIONS, 1, 0, 1);
    }

    private static Shape steady(int perSecond) {
        return new Shape(2 * KIB, SESSIONS, REUSE, perSecond, 1);
    }

    private static Shape spread(int domains) {
        return new Shape(2 * KIB, SESSIONS, REUSE, 0, domains);
    }
}
