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

    /// In which transaction of which connection the relay heard of it first, and when.
    record Refusal(HostConnection on, Visit in, long at) {
        /// From when on the relay, if it lives, has to have written it down: when it heard of it
        /// and the transaction was over. The outcomes of one transaction are written together.
        long learnedAt() {
            return in.isOver() ? Math.max(at, in.overAt()) : at;
        }
    }

    /// A message that a host took charge of at `at`. `confirmedAt` is when the relay heard so.
    static final class Taken {
        final String host;
        final String sender;
        final List<String> recipients;
        final byte[] content;
        final long at;
        long confirmedAt = NEVER;

        Taken(String host, String sender, List<String> recipients, byte[] content, long at) {
            this.host = host;
            this.sender = sender;
            this.recipients = List.copyOf(recipients);
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

    void refusedFor(String address, HostConnection on, Visit in, long at) {
        refused.putIfAbsent(address, new Refusal(on, in, at));
    }

    /// The process is about to die. What it heard of a recipient in a transaction that goes on is
    /// written when that ends, and so is lost. Where hosts limit a transaction, a message may take
    /// several, and its outcomes are written together: there all of a connection's may be lost.
    void relayDies(boolean limited) {
        refused.values()
                .removeIf(refusal ->
                        refusal.on().isHeldByRelay() && (limited || !refusal.in().isOver()));
    }
}
