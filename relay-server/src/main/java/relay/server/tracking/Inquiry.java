package relay.server.tracking;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Answers what is asked of the log in a data folder. Reads only; works beside a running relay and
/// without one. Confined to one thread.
///
/// `out` takes the answer line by line, `notes` what else is to be said. The texts of strangers are
/// in both: whoever shows them makes them printable.
public record Inquiry(Path dataFolder, Consumer<String> out, Consumer<String> notes) {

    public enum Form {
        TEXT,
        CSV,
        JSON
    }

    /// How many records or deliveries there were, and how many places of the log are damaged.
    public record Result(long found, long damaged) {}

    /// Prints every record that is asked for, the newest last. `form` is text, or JSON as it stands
    /// in the log. Throws [BadSelectionException] where the selection means nothing.
    public Result records(Selection wanted, Form form) throws IOException {
        var filter = RecordFilter.of(wanted);
        try (LogReader log = LogReader.open(folder(), wanted.start(), wanted.end())) {
            var printer = new Printer(form);
            log.read(filter, printer);
            if (printer.found == 0) {
                notes.accept(
                        "no such record from %s to %s"
                                .formatted(
                                        RecordShape.time(wanted.start()),
                                        RecordShape.time(wanted.end())));
                noteBeginning(log, wanted);
            }
            return new Result(printer.found, printer.damaged);
        }
    }

    /// Prints what went out encrypted, how, and what did not. Throws [BadSelectionException]
    /// where the selection means nothing.
    public Result proof(Selection wanted, Form form) throws IOException {
        var filter = RecordFilter.of(wanted);
        try (LogReader log = LogReader.open(folder(), wanted.start(), wanted.end())) {
            var tally = new ProofTally(wanted, notes);
            log.read(RecordFilter.withLaneTroubles(wanted), tally);
            ProofStatement statement = tally.statement(log.begins());
            ProofReport report =
                    switch (form) {
                        case TEXT -> new ProofText(statement, out);
                        case CSV -> new ProofCsv(statement, out);
                        case JSON -> new ProofJson(statement, out);
                    };
            report.print(pass -> log.read(filter, new ProofRows(wanted, pass)));
            if (statement.isEmpty()) noteBeginning(log, wanted);
            return new Result(statement.deliveries(), statement.damaged());
        }
    }

    private Path folder() {
        return dataFolder.resolve(TrackingLog.FOLDER);
    }

    private void noteBeginning(LogReader log, Selection wanted) {
        if (log.begins().isEmpty()) notes.accept("the log in " + folder() + " is empty");
        else if (log.begins().compareTo(RecordShape.time(wanted.start())) > 0) {
            notes.accept("the log begins at " + log.begins());
        }
    }

    private final class Printer implements LogReader.Visitor {
        private final Form form;
        private long found;
        private long damaged;

        Printer(Form form) {
            this.form = form;
        }

        @Override
        public void record(TrackedRecord record) {
            found++;
            out.accept(
                    switch (form) {
                        case JSON -> record.line();
                        case TEXT, CSV -> TextLine.of(record);
                    });
        }

        @Override
        public void gap(TrackedRecord gap) {
            notes.accept(Gap.of(gap).toString());
        }

        @Override
        public void damaged(String place, String what) {
            damaged++;
            notes.accept(place + ": " + what);
        }
    }
}
