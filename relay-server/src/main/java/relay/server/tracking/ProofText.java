package relay.server.tracking;

import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// A proof to be read and filed: the statement, then what went out in clear, what went out
/// encrypted, and what did not go out.
record ProofText(ProofStatement statement, Consumer<String> out) implements ProofReport {

    @Override
    public void print(Consumer<Consumer<ProofRow>> passes) {
        printStatement();
        if (statement.inClear() > 0) section("SENT IN CLEAR", ProofRow.End.IN_CLEAR, passes);
        if (statement.encrypted() > 0) section("SENT ENCRYPTED", ProofRow.End.ENCRYPTED, passes);
        if (statement.failed() > 0) {
            section("NOT SENT: FAILED", ProofRow.End.FAILED, passes);
            section("NOT SENT: REMOVED BY THE OPERATOR", ProofRow.End.REMOVED, passes);
        }
        if (statement.waitingCount() > 0) printWaiting();
    }

    private void printStatement() {
        out.accept("TRANSPORT ENCRYPTION OF SENT MAIL");
        out.accept("");
        field("to", statement.partner().isEmpty() ? "everyone" : statement.partner());
        field("period", "from " + statement.start() + " until before " + statement.end());
        List<String> reservations = statement.reservations();
        if (reservations.isEmpty()) {
            field("record", "complete");
        } else {
            field("record", "NOT COMPLETE");
            reservations.forEach(one -> field("", one));
        }
        out.accept("");
        field(
                "sent",
                "%s, %s, %s"
                        .formatted(
                                counted(statement.messages(), "message", "messages"),
                                counted(statement.deliveries(), "delivery", "deliveries"),
                                counted(statement.recipients(), "recipient", "recipients")));
        field("encrypted", counted(statement.encrypted(), "delivery", "deliveries"));
        counts("  demanded", statement.byDemands());
        counts("  protocol", statement.byProtocol());
        counts("  shown", statement.byCertificate());
        field("in clear", counted(statement.inClear(), "delivery", "deliveries"));
        field("failed", counted(statement.failed(), "recipient", "recipients"));
        field("waiting", counted(statement.waitingCount(), "recipient", "recipients"));
    }

    private void counts(String name, SequencedMap<String, Long> counts) {
        counts.forEach((what, count) -> field(name, count + " x " + what));
    }

    private void section(String heading, ProofRow.End end, Consumer<Consumer<ProofRow>> passes) {
        boolean[] begun = {false};
        passes.accept(row -> {
            if (row.end() != end) return;
            if (!begun[0]) heading(heading);
            begun[0] = true;
            print(row);
        });
    }

    private void heading(String heading) {
        out.accept("");
        out.accept(heading);
    }

    private void print(ProofRow row) {
        TrackedRecord record = row.record();
        out.accept("");
        out.accept(record.time() + "  " + record.text("id"));
        field("  from", "<" + record.text("sender") + ">");
        field(
                "  to",
                row.recipients().stream()
                        .map(to -> "<" + to + ">")
                        .collect(Collectors.joining(", ")));
        if (!record.host().isEmpty()) field("  host", record.host());
        if (row.wasSent()) printTls(record);
        if (!record.text("why").isEmpty()) field("  why", record.text("why"));
        TrackedRecord.texts(record.json().path("unmet")).forEach(one -> field("  unmet", one));
        if (!record.text("reply").isEmpty()) field("  reply", record.text("reply"));
    }

    private void printTls(TrackedRecord record) {
        JsonNode tls = record.tls();
        if (!record.isEncrypted()) {
            field(
                    "  tls",
                    "none: "
                            + tls.path("why").asString("")
                            + " "
                            + tls.path("detail").asString(""));
            return;
        }
        field(
                "  tls",
                String.join(
                                " ",
                                tls.path("protocol").asString(""),
                                tls.path("cipher").asString(""),
                                tls.path("group").asString(""))
                        .strip());
        for (JsonNode demand : tls.path("demands").values()) {
            field(
                    "  demanded",
                    TrackedRecord.demand(demand) + ", met by " + demand.path("metBy").asString(""));
        }
        if (tls.path("demands").isEmpty()) field("  demanded", "nothing");
        field("  verified", tls.path("verified").asString(""));
        String presented = tls.path("presented").asString("");
        if (!presented.isEmpty()) field("  our own", "sha256 " + presented);
        JsonNode certificate = record.certificate();
        if (certificate.isMissingNode()) return;
        field("  certificate", certificate.path("subject").asString(""));
        field("  issuer", certificate.path("issuer").asString(""));
        field("  sha256", certificate.path("sha256").asString(""));
        field(
                "  valid until",
                certificate.path("notAfter").asString("")
                        + ", "
                        + certificate.path("verdict").asString(""));
        String ocsp = certificate.path("ocsp").asString("");
        if (!ocsp.isEmpty()) field("  ocsp", ocsp);
    }

    private void printWaiting() {
        heading("NOT SENT: WAITING AT THE END OF THE PERIOD");
        for (ProofStatement.Waiting one : statement.waiting()) {
            out.accept("");
            out.accept(one.since() + "  " + one.id());
            field("  from", "<" + one.sender() + ">");
            field("  to", "<" + one.recipient() + ">");
            field("  why", one.why());
        }
        long more = statement.waitingCount() - statement.waiting().size();
        if (more > 0) out.accept("and " + more + " more");
    }

    private void field(String name, String value) {
        out.accept(name + " ".repeat(Math.max(1, 15 - name.length())) + value);
    }

    private static String counted(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }
}
