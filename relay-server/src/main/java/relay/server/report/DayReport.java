package relay.server.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import relay.core.tls.StsPolicy;
import relay.server.report.Tally.Row;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What one domain is told of one UTC day: `rows` are all its own. `submitter` is the relay's domain,
/// `id` another one for each report.
record DayReport(
        String domain, LocalDate day, List<Row> rows, Reporting from, String submitter, String id) {
    DayReport {
        rows = List.copyOf(rows);
    }

    /// RFC 8460 §5.1: `submitter!domain!begin!end!id.json.gz`, times in seconds.
    String fileName() {
        return String.join(
                        "!",
                        submitter,
                        domain,
                        String.valueOf(begin().getEpochSecond()),
                        String.valueOf(end().getEpochSecond()),
                        id)
                + ".json.gz";
    }

    private Instant begin() {
        return day.atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    private Instant end() {
        return begin().plus(Duration.ofDays(1)).minusSeconds(1);
    }

    /// The report itself (RFC 8460 §4.4), in gzip. `kept` tells the rest of an MTA-STS policy of which
    /// the rows have what mattered.
    byte[] compressed(Function<String, Optional<StsPolicy>> kept) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(JsonMapper.shared().writeValueAsBytes(json(kept)));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    ObjectNode json(Function<String, Optional<StsPolicy>> kept) {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.put("organization-name", from.organization());
        report.putObject("date-range")
                .put("start-datetime", begin().toString())
                .put("end-datetime", end().toString());
        report.put("contact-info", from.contact().toString());
        report.put("report-id", id);
        ArrayNode policies = report.putArray("policies");
        rows.forEach(row -> policy(policies.addObject(), row, kept));
        return report;
    }

    private static void policy(
            ObjectNode json, Row row, Function<String, Optional<StsPolicy>> kept) {
        ObjectNode policy = json.putObject("policy").put("policy-type", row.policy().type());
        List<String> strings = strings(row, kept);
        if (!strings.isEmpty()) strings.forEach(policy.putArray("policy-string")::add);
        policy.put("policy-domain", row.policy().domain());
        List<String> hosts = row.policy().mxHosts();
        if (!hosts.isEmpty()) hosts.forEach(policy.putArray("mx-host")::add);
        long failures = row.failures().stream().mapToLong(Tally.Counted::count).sum();
        json.putObject("summary")
                .put("total-successful-session-count", row.successes())
                .put("total-failure-session-count", failures);
        if (row.failures().isEmpty()) return;
        ArrayNode details = json.putArray("failure-details");
        row.failures().forEach(counted -> failure(details.addObject(), counted));
    }

    private static List<String> strings(Row row, Function<String, Optional<StsPolicy>> kept) {
        var strings = new ArrayList<>(row.policy().strings());
        if (!row.policy().type().equals(TlsLedger.STS) || strings.isEmpty()) return strings;
        kept.apply(row.policy().domain())
                .filter(policy -> policy.mx().equals(row.policy().mxHosts()))
                .ifPresent(policy -> strings.add("max_age: " + policy.maxAge().toSeconds()));
        return strings;
    }

    private static void failure(ObjectNode json, Tally.Counted counted) {
        Tally.Failure failure = counted.failure();
        json.put("result-type", failure.result());
        putIfThere(json, "receiving-mx-hostname", failure.mxHost());
        putIfThere(json, "receiving-ip", failure.ip());
        json.put("failed-session-count", counted.count());
        putIfThere(json, "failure-reason-code", failure.reason());
    }

    private static void putIfThere(ObjectNode json, String name, String value) {
        if (!value.isEmpty()) json.put(name, value);
    }
}
