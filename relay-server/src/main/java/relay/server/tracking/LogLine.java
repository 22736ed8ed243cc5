package relay.server.tracking;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.function.Consumer;
import relay.server.tracking.Losses.Lost;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/// Makes a line of a log, JSON in ASCII with its line end, and those that are about the log itself.
final class LogLine {
    static final String START = "START";
    static final String STOP = "STOP";
    static final String GAP = "GAP";

    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private LogLine() {}

    static byte[] of(Instant time, String event, Consumer<JsonGenerator> more) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeStringProperty("time", RecordShape.time(time));
            json.writeStringProperty("event", event);
            more.accept(json);
            json.writeEndObject();
        }
        bytes.write('\n');
        return bytes.toByteArray();
    }

    /// The relay starts or stops.
    static byte[] mark(Instant time, String event) {
        return of(time, event, _ -> {});
    }

    static byte[] gap(Instant time, Lost lost) {
        return gap(
                time,
                lost.from(),
                lost.to(),
                json -> {
                    json.writeNumberProperty("lost", lost.count());
                    json.writeStringProperty("why", missing(lost));
                });
    }

    static String missing(Lost lost) {
        return lost.count()
                + " records could not be written between "
                + RecordShape.time(lost.from())
                + " and "
                + RecordShape.time(lost.to());
    }

    /// `last` is the time of the last record before a crash.
    static byte[] crashed(Instant time, Instant last) {
        String why = "the relay did not stop in good order: its last records may be missing";
        return gap(time, last, time, json -> json.writeStringProperty("why", why));
    }

    static byte[] removed(Instant time, LocalDate day) {
        String why = "the file of " + day + " was removed while the relay ran";
        Instant from = day.atStartOfDay(ZoneOffset.UTC).toInstant();
        return gap(time, from, time, json -> json.writeStringProperty("why", why));
    }

    private static byte[] gap(
            Instant time, Instant from, Instant to, Consumer<JsonGenerator> more) {
        return of(
                time,
                GAP,
                json -> {
                    json.writeStringProperty("from", RecordShape.time(from));
                    json.writeStringProperty("to", RecordShape.time(to));
                    more.accept(json);
                });
    }
}
