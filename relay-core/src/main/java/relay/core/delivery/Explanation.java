package relay.core.delivery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Why mail for a domain leaves as it does: what `relay explain` prints, as text or as JSON. Places
/// are lines of the configuration (`connectors.yaml:12`), durations are written as there (`30s`).
///
/// `way` has one element, or none where no connector takes the domain. `passedOver` has the
/// connectors that could have taken it. `notes` is advice.
public record Explanation(
        String domain,
        String lane,
        List<Way> way,
        List<PassedOver> passedOver,
        List<String> notes) {

    /// How it leaves. `nextHops` are smart hosts in order, or one phrase for DNS routing; they are
    /// looked up at `dnsServers`, or those of the relay where there are none. No `demands` means
    /// opportunistic TLS. `whenDown` says what becomes of the mail while no host can be reached, a
    /// phrase for each connector that could come next.
    public record Way(
            String connector,
            String place,
            String addressSpace,
            List<String> nextHops,
            List<String> dnsServers,
            List<Demand> demands,
            String whenTlsFails,
            List<String> whenDown,
            Retry retry) {
        public Way {
            nextHops = List.copyOf(nextHops);
            dnsServers = List.copyOf(dnsServers);
            demands = List.copyOf(demands);
            whenDown = List.copyOf(whenDown);
        }
    }

    /// One TLS demand, and who makes it where.
    public record Demand(String demand, String madeBy, String place) {
        @Override
        public String toString() {
            return demand + " (" + madeBy + ", " + place + ")";
        }
    }

    /// A connector with an address space that matches, and why it was not chosen.
    public record PassedOver(String connector, String place, String addressSpace, String why) {
        @Override
        public String toString() {
            return connector + " (" + place + ") with " + addressSpace + ": " + why;
        }
    }

    /// The last of each list of delays repeats, but for `glitchDelays`, which come first after
    /// trouble with a connection. `delaysAfter` has the kinds of failure that do not wait as
    /// `delays` say. The others count from acceptance.
    public record Retry(
            List<String> glitchDelays,
            List<String> delays,
            Map<String, List<String>> delaysAfter,
            String delayWarningAfter,
            String expireAfter) {
        public Retry {
            glitchDelays = List.copyOf(glitchDelays);
            delays = List.copyOf(delays);
            delaysAfter = Collections.unmodifiableMap(new TreeMap<>(delaysAfter));
        }

        @Override
        public String toString() {
            var line = new StringBuilder();
            if (!glitchDelays.isEmpty()) {
                line.append("first after ")
                        .append(String.join(", ", glitchDelays))
                        .append(" for want of a connection; ");
            }
            line.append(andSoOn(delays)).append("; ");
            delaysAfter.forEach((failure, own) ->
                    line.append("for ")
                            .append(failure)
                            .append(' ')
                            .append(andSoOn(own))
                            .append("; "));
            return line
                    + "the sender is warned after "
                    + delayWarningAfter
                    + " and gets the message back after "
                    + expireAfter;
        }

        private static String andSoOn(List<String> delays) {
            return "after " + String.join(", ", delays) + " and so on";
        }
    }

    public Explanation {
        way = List.copyOf(way);
        passedOver = List.copyOf(passedOver);
        notes = List.copyOf(notes);
    }

    /// For people, a line each, a label in front.
    public List<String> lines() {
        var lines = new ArrayList<String>();
        add(lines, "domain", List.of(domain));
        if (way.isEmpty()) {
            add(lines, "connector", List.of("none: mail waits in the queue " + lane));
        }
        way.forEach(chosen -> describe(chosen, lines));
        add(lines, "not chosen", passedOver);
        add(lines, "note", notes);
        return lines;
    }

    private void describe(Way chosen, List<String> lines) {
        String connector = chosen.connector() + " (" + chosen.place() + ")";
        add(lines, "connector", List.of(connector + ", by " + chosen.addressSpace()));
        add(lines, "queue", List.of(lane));
        add(lines, "next hop", chosen.nextHops());
        add(lines, "DNS servers", chosen.dnsServers());
        List<?> demands = chosen.demands();
        add(
                lines,
                "TLS",
                demands.isEmpty() ? List.of("opportunistic: nothing demands it") : demands);
        add(lines, "without TLS", List.of(chosen.whenTlsFails()));
        add(lines, "when down", chosen.whenDown());
        add(lines, "retries", List.of(chosen.retry()));
    }

    private static void add(List<String> lines, String label, List<?> values) {
        String shown = label;
        for (Object value : values) {
            lines.add("%-12s %s".formatted(shown, value));
            shown = "";
        }
    }
}
