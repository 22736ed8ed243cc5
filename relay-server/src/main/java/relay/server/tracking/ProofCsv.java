package relay.server.tracking;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// A proof for a spreadsheet: the statement in lines that begin with `#`, a heading, a row for each
/// delivery, failure and waiting recipient.
record ProofCsv(ProofStatement statement, Consumer<String> out) implements ProofReport {
    private static final List<String> COLUMNS =
            List.of(
                    "outcome",
                    "time",
                    "id",
                    "sender",
                    "recipients",
                    "sizeBytes",
                    "connector",
                    "host",
                    "address",
                    "demands",
                    "protocol",
                    "cipher",
                    "group",
                    "verified",
                    "verdict",
                    "subject",
                    "issuer",
                    "sha256",
                    "notAfter",
                    "ocsp",
                    "status",
                    "reply",
                    "why");

    @Override
    public void print(Consumer<Consumer<ProofRow>> passes) {
        printStatement();
        print(COLUMNS.stream());
        passes.accept(this::print);
        statement.waiting().forEach(this::print);
    }

    private void printStatement() {
        note("to", statement.partner().isEmpty() ? "everyone" : statement.partner());
        note("period", statement.start() + " until before " + statement.end());
        List<String> reservations = statement.reservations();
        note("record", reservations.isEmpty() ? "complete" : "NOT COMPLETE");
        reservations.forEach(one -> note("record", one));
        note("messages", statement.messages());
        note("deliveries", statement.deliveries());
        note("encrypted", statement.encrypted());
        statement.byDemands().forEach((what, count) -> note("demanded", count + " x " + what));
        note("in clear", statement.inClear());
        note("failed", statement.failed());
        note("waiting", statement.waitingCount());
    }

    private void note(String name, Object value) {
        out.accept("# " + name + ": " + value);
    }

    private void print(ProofRow row) {
        TrackedRecord record = row.record();
        JsonNode tls = record.tls();
        JsonNode certificate = record.certificate();
        String why = row.wasSent() ? tls.path("detail").asString("") : why(record);
        print(
                Stream.of(
                        row.end().label(),
                        record.time(),
                        record.text("id"),
                        record.text("sender"),
                        String.join(" ", row.recipients()),
                        record.text("sizeBytes"),
                        record.text("connector"),
                        record.text("host"),
                        record.text("address"),
                        String.join("; ", record.demands()),
                        tls.path("protocol").asString(""),
                        tls.path("cipher").asString(""),
                        tls.path("group").asString(""),
                        tls.path("verified").asString(""),
                        certificate.path("verdict").asString(""),
                        certificate.path("subject").asString(""),
                        certificate.path("issuer").asString(""),
                        certificate.path("sha256").asString(""),
                        certificate.path("notAfter").asString(""),
                        certificate.path("ocsp").asString(""),
                        record.text("status"),
                        record.text("reply"),
                        why));
    }

    private static String why(TrackedRecord record) {
        return Stream.concat(
                        Stream.of(record.text("why")),
                        TrackedRecord.texts(record.json().path("unmet")).stream())
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private void print(ProofStatement.Waiting one) {
        Stream<String> known =
                Stream.of("waiting", one.since(), one.id(), one.sender(), one.recipient());
        // All columns but those five and the last.
        Stream<String> unknown = Stream.generate(() -> "").limit(COLUMNS.size() - 6L);
        print(Stream.of(known, unknown, Stream.of(one.why())).flatMap(cells -> cells));
    }

    private void print(Stream<String> cells) {
        out.accept(cells.map(ProofCsv::cell).collect(Collectors.joining(",")));
    }

    /// In quotes where it must be (RFC 4180), and never something that a spreadsheet would compute.
    private static String cell(String text) {
        String safe = !text.isEmpty() && "=+-@\t".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        boolean plain = safe.chars().noneMatch(c -> c == ',' || c == '"' || c < ' ');
        return plain ? safe : "\"" + safe.replace("\"", "\"\"") + "\"";
    }
}
