package relay.server.cli;

import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import relay.server.cli.Actions.TrackForm;
import relay.server.cli.Actions.TrackRequest;
import relay.server.cli.Actions.Tracked;

@Command(
        name = "track",
        description =
                "Search the message tracking log, a record for each event; with --proof, state what"
                        + " was sent encrypted, how, and what was not.")
final class TrackVerb extends Verb {
    private static final Duration DEFAULT_PERIOD = Duration.ofHours(24);

    private final Actions.Track track;
    private final InstantSource clock;

    @Option(
            names = "--start",
            paramLabel = "T",
            description =
                    "from this time on, 2026-11-23T12:00:00Z or 2026-11-23 (default: 24 h ago)")
    private String start = "";

    @Option(names = "--end", paramLabel = "T", description = "before this time (default: now)")
    private String end = "";

    @Option(
            names = "--event",
            paramLabel = "EVENT",
            description =
                    "RECEIVE, SEND, DEFER, FAIL, DSN, DROP, REDIRECT, RESUBMIT, START, STOP or GAP")
    private String event = "";

    @Option(names = "--sender", paramLabel = "A", description = "an address or a domain")
    private String sender = "";

    @Option(
            names = "--recipient",
            paramLabel = "A",
            description = "an address, a domain, or *.domain with its subdomains")
    private String recipient = "";

    @Option(names = "--domain", paramLabel = "D", description = "a recipient domain")
    private String domain = "";

    @Option(
            names = "--connector",
            paramLabel = "NAME",
            description = "what came or left by a connector")
    private String connector = "";

    @Option(names = "--id", paramLabel = "QUEUEID", description = "one message")
    private String id = "";

    @Option(names = "--json", description = "print JSON: a record on each line")
    private boolean json;

    @Option(names = "--proof", description = "a statement, then each delivery")
    private boolean proof;

    @Option(
            names = "--format",
            paramLabel = "text|csv|json",
            description = "the form of the proof (default: text)")
    private String format = "";

    TrackVerb(RelayCommand root, Actions.Track track, Terminal terminal, InstantSource clock) {
        super(root, terminal);
        this.track = track;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        try {
            PrintWriter out = terminal().out();
            Tracked done =
                    track.track(
                            conf(),
                            request(),
                            line -> out.write(Words.printable(line) + "\n"),
                            note -> terminal().err().println(Words.printable(note)));
            out.flush();
            return finish(done);
        } catch (WrongUse e) {
            return refuse(WRONG_USAGE, e.why);
        }
    }

    private int finish(Tracked done) {
        return switch (done) {
            case Tracked.Complete _ -> DONE;
            case Tracked.Damaged(var places) ->
                    refuse(
                            FAILED,
                            "the log cannot be read in " + QueueVerb.counted(places, "place"));
            case Tracked.BadRequest(var why) -> refuse(WRONG_USAGE, why);
            case Tracked.Failed(var why) -> refuse(FAILED, why);
            case Tracked.BadConfiguration(var problems) -> refuse(problems);
        };
    }

    private TrackRequest request() throws WrongUse {
        if (!recipient.isEmpty() && !domain.isEmpty()) {
            throw new WrongUse("give --recipient or --domain, not both");
        }
        Instant now = clock.instant();
        Instant before = end.isEmpty() ? now : time("--end", end);
        // Nothing can be stated of what has not happened yet.
        if (proof && before.isAfter(now)) before = now;
        Instant from = start.isEmpty() ? before.minus(DEFAULT_PERIOD) : time("--start", start);
        if (!from.isBefore(before)) {
            throw new WrongUse("--start " + from + " is not before --end " + before);
        }
        return new TrackRequest(
                from,
                before,
                event,
                sender,
                domain.isEmpty() ? recipient : domain(),
                connector,
                id,
                form());
    }

    private String domain() throws WrongUse {
        if (domain.indexOf('@') >= 0) throw new WrongUse("not a domain: " + domain);
        return domain;
    }

    private TrackForm form() throws WrongUse {
        if (!proof) {
            if (!format.isEmpty()) throw new WrongUse("--format goes with --proof");
            return json ? TrackForm.JSON_RECORDS : TrackForm.RECORDS;
        }
        if (!event.isEmpty() || !id.isEmpty()) {
            throw new WrongUse("--proof is about all mail to a partner: no --event, no --id");
        }
        if (json && !List.of("", "json").contains(format)) {
            throw new WrongUse("give --json or --format, not both");
        }
        return switch (json ? "json" : format) {
            case "", "text" -> TrackForm.PROOF;
            case "csv" -> TrackForm.CSV_PROOF;
            case "json" -> TrackForm.JSON_PROOF;
            default -> throw new WrongUse("no such format: " + format + " (text, csv, json)");
        };
    }

    private static Instant time(String option, String text) throws WrongUse {
        try {
            return text.indexOf('T') < 0
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeException _) {
            throw new WrongUse(
                    option + " " + text + " is no time (2026-11-23T12:00:00Z or 2026-11-23)");
        }
    }

    private static final class WrongUse extends Exception {
        private static final long serialVersionUID = 1;
        private final String why;

        WrongUse(String why) {
            super(why);
            this.why = why;
        }
    }
}
