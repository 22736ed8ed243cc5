package relay.server.tracking;

import java.util.List;
import java.util.function.Consumer;

/// Picks what a proof shows of the records of one partner: how each delivery ended, and of its
/// recipients only those that are asked for, since the others are somebody else's.
final class ProofRows implements LogReader.Visitor {
    private final Selection wanted;
    private final Consumer<ProofRow> rows;

    ProofRows(Selection wanted, Consumer<ProofRow> rows) {
        this.wanted = wanted;
        this.rows = rows;
    }

    /// The recipients of the record that are asked for.
    static List<String> recipients(TrackedRecord record, Selection wanted) {
        return wanted.recipient().isEmpty()
                ? record.recipients()
                : record.recipients(RecordFilter.pattern(wanted.recipient()));
    }

    @Override
    public void record(TrackedRecord record) {
        switch (record.event()) {
            case "SEND" ->
                    add(
                            record,
                            record.isEncrypted() ? ProofRow.End.ENCRYPTED : ProofRow.End.IN_CLEAR);
            case "FAIL" -> add(record, ProofRow.End.FAILED);
            case "DROP" -> add(record, ProofRow.End.REMOVED);
            default -> {}
        }
    }

    private void add(TrackedRecord record, ProofRow.End end) {
        rows.accept(new ProofRow(record, end, recipients(record, wanted)));
    }

    // The statement at the top has these.
    @Override
    public void gap(TrackedRecord gap) {}

    @Override
    public void damaged(String place, String what) {}
}
