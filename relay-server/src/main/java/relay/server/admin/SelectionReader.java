package relay.server.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import relay.core.address.Domain;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads a [Selection] from a query (`?id=…&id=…`, `?connector=…`, `?domain=…`; none: all) or from
/// the JSON body of a change (`ids`, `connector`, `domain` or `all`; there "all" must be said).
final class SelectionReader {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Set<String> FIELDS = Set.of("ids", "connector", "domain", "all");
    private static final String ONE_OF = "say one of ids, connector, domain, all";

    /// A selection, or why there is none.
    sealed interface Read {
        /// `body` is all of a change's body.
        record Selected(Selection selection, JsonNode body) implements Read {}

        record Wrong(String why) implements Read {}
    }

    private SelectionReader() {}

    static Read query(List<String> ids, List<String> connectors, List<String> domains) {
        var kinds = new ArrayList<Read>();
        if (!ids.isEmpty()) kinds.add(selected(new Selection.Ids(ids)));
        connectors.forEach(name -> kinds.add(selected(new Selection.OfConnector(name))));
        domains.forEach(name -> kinds.add(domain(name)));
        if (kinds.isEmpty()) return selected(new Selection.All());
        return kinds.size() == 1 ? kinds.getFirst() : new Read.Wrong(ONE_OF);
    }

    /// A change that takes the fields `more` beside the selection.
    static Read body(String json, Set<String> more) {
        JsonNode body;
        try {
            body = JSON.readTree(json);
        } catch (JacksonException malformed) {
            return new Read.Wrong("the body is not JSON: " + malformed.getOriginalMessage());
        }
        if (!body.isObject()) return new Read.Wrong(ONE_OF);
        for (String field : body.propertyNames()) {
            if (FIELDS.contains(field) || more.contains(field)) continue;
            return new Read.Wrong(
                    "unknown field " + field + "; " + (more.isEmpty() ? ONE_OF : allowed(more)));
        }
        List<String> ways = FIELDS.stream().filter(body::has).toList();
        if (ways.size() != 1) return new Read.Wrong(ONE_OF);
        String field = ways.getFirst();
        JsonNode value = body.path(field);
        Read selection =
                switch (field) {
                    case "ids" -> ids(value);
                    case "connector" ->
                            text(field, value, name -> selected(new Selection.OfConnector(name)));
                    case "domain" -> text(field, value, SelectionReader::domain);
                    default ->
                            value.isBoolean() && value.booleanValue()
                                    ? selected(new Selection.All())
                                    : new Read.Wrong("all is true or left out");
                };
        return selection instanceof Read.Selected(var which, _)
                ? new Read.Selected(which, body)
                : selection;
    }

    private static String allowed(Set<String> more) {
        return ONE_OF + ", and " + String.join(", ", more);
    }

    private static Read ids(JsonNode value) {
        boolean fits =
                value.isArray()
                        && !value.isEmpty()
                        && value.values().stream().allMatch(JsonNode::isString);
        return fits
                ? selected(
                        new Selection.Ids(
                                value.values().stream().map(JsonNode::stringValue).toList()))
                : new Read.Wrong("ids is a list of strings that has at least one");
    }

    private static Read text(String field, JsonNode value, Function<String, Read> read) {
        return value.isString()
                ? read.apply(value.stringValue())
                : new Read.Wrong(field + " is a string");
    }

    private static Read domain(String name) {
        return Domain.parse(name)
                .<Read>map(domain -> selected(new Selection.OfDomain(domain)))
                .orElseGet(() -> new Read.Wrong("not a domain: " + name));
    }

    private static Read selected(Selection selection) {
        return new Read.Selected(selection, JSON.createObjectNode());
    }
}
