package relay.server.tracking;

import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/// What a proof states at its top. `partner` is whom it is about, empty for everyone. Counts of
/// messages are of queue ids; a delivery is one transaction with a host. `byDemands`, `byProtocol`
/// and `byCertificate` count the encrypted deliveries.
record ProofStatement(
        String partner,
        String start,
        String end,
        long messages,
        long deliveries,
        long recipients,
        long encrypted,
        long inClear,
        SequencedMap<String, Long> byDemands,
        SequencedMap<String, Long> byProtocol,
        SequencedMap<String, Long> byCertificate,
        long failed,
        List<Waiting> waiting,
        long waitingCount,
        List<Gap> gaps,
        String logBegins,
        long damaged) {

    /// Received, or tried, in the period and not ended at its end. `why` is the last that was heard.
    record Waiting(String since, String id, String sender, String recipient, String why) {}

    boolean isEmpty() {
        return deliveries == 0 && failed == 0 && waitingCount == 0;
    }

    /// Why the statement may lack something; none where it does not.
    List<String> reservations() {
        var all = new ArrayList<String>();
        if (logBegins.isEmpty()) {
            all.add("there are no records at all");
        } else if (logBegins.compareTo(start) > 0) {
            all.add("the log begins at " + logBegins + ": of the time before, nothing is known");
        }
        gaps.forEach(gap -> all.add(gap.toString()));
        if (damaged > 0) {
            all.add(damaged + (damaged == 1 ? " place" : " places") + " of the log cannot be read");
        }
        return all;
    }
}
