package relay.server.tracking;

import java.util.SequencedMap;
import java.util.function.Consumer;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A proof for a program: `statement`, and `deliveries`, the log's records with an `outcome` and
/// with those of the recipients that are asked for.
record ProofJson(ProofStatement statement, Consumer<String> out) implements ProofReport {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    @Override
    public void print(Consumer<Consumer<ProofRow>> passes) {
        out.accept("{\"statement\":" + JSON.writeValueAsString(statementJson()) + ",");
        out.accept("\"deliveries\":[");
        String[] before = {""};
        passes.accept(row -> {
            if (!before[0].isEmpty()) out.accept(before[0] + ",");
            before[0] = JSON.writeValueAsString(json(row));
        });
        if (!before[0].isEmpty()) out.accept(before[0]);
        out.accept("]}");
    }

    private static JsonNode json(ProofRow row) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("outcome", row.end().label());
        row.record()
                .json()
                .properties()
                .forEach(field -> json.set(field.getKey(), field.getValue()));
        var recipients = json.putArray("recipients");
        row.recipients().forEach(recipients::add);
        return json;
    }

    private ObjectNode statementJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("to", statement.partner());
        json.put("start", statement.start());
        json.put("end", statement.end());
        json.put("complete", statement.reservations().isEmpty());
        var reservations = json.putArray("reservations");
        statement.reservations().forEach(reservations::add);
        json.put("messages", statement.messages());
        json.put("sent", statement.deliveries());
        json.put("recipients", statement.recipients());
        json.put("encrypted", statement.encrypted());
        json.put("inClear", statement.inClear());
        json.put("failed", statement.failed());
        json.put("waiting", statement.waitingCount());
        counts(json.putObject("demanded"), statement.byDemands());
        counts(json.putObject("protocols"), statement.byProtocol());
        counts(json.putObject("certificates"), statement.byCertificate());
        var waiting = json.putArray("waitingFor");
        for (ProofStatement.Waiting one : statement.waiting()) {
            waiting.addObject()
                    .put("since", one.since())
                    .put("id", one.id())
                    .put("sender", one.sender())
                    .put("recipient", one.recipient())
                    .put("why", one.why());
        }
        return json;
    }

    private static void counts(ObjectNode json, SequencedMap<String, Long> counts) {
        counts.forEach(json::put);
    }
}
