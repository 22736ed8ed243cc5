package relay.core.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import relay.core.simulation.HostDialogue.Visit;

/// What the hosts have written down: mail they took, mail they refused, and who is with whom now.
/// Addresses are as the hosts heard them; those of a seed's mail are never used twice.
final class HostBook {
    static final long NEVER = Long.MAX_VALUE;

    /// In which transaction the relay heard of it first, and when.
    record Refusal(Visit in, long at) {}

    /// A message that a host took charge of at `at`. `confirmedAt` is when the relay heard so.
    static final class Taken {
        final String host;
        final Visit in;
        final String sender;
        final List<String> recipients;
        final byte[] content;
        final long at;
        long confirmedAt = NEVER;

        Taken(String host, Visit in, byte[] content, long at) {
            this.host = host;
            this.in = in;
            this.sender = in.sender;
            this.recipients = List.copyOf(in.accepted);
            this.content = content;
            this.at = at;
        }
    }

    final List<Taken> taken = new ArrayList<>();

    /// Recipients that a host refused for good, as the relay knows.
    final Map<String, Refusal> refused = new HashMap<>();

    /// Recipients, and senders with their hosts, that were refused for good, whether or not the
    /// relay heard.
    final Set<String> everRefused = new HashSet<>();

    /// Hosts that have once refused EHLO, and so had nothing to offer.
    final Set<String> everPlain = new HashSet<>();

    /// Names the sender of whatever one host was to take from it.
    static String sender(String sender, String host) {
        return "<" + sender + "> at " + host;
    }

    void refusedFor(String address, Visit in, long at) {
        refused.putIfAbsent(address, new Refusal(in, at));
    }
}
