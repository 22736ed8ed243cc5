package relay.server.tracking;

import java.util.List;

/// What became of a message for `recipients`, all of whom are asked for.
record ProofRow(TrackedRecord record, End end, List<String> recipients) {
    enum End {
        ENCRYPTED("encrypted"),
        IN_CLEAR("in clear"),
        FAILED("failed"),
        REMOVED("removed");

        private final String label;

        End(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    ProofRow {
        recipients = List.copyOf(recipients);
    }

    boolean wasSent() {
        return end == End.ENCRYPTED || end == End.IN_CLEAR;
    }
}
