package relay.config;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import relay.config.YamlNode.Entry;
import relay.config.YamlNode.Mapping;
import relay.config.YamlNode.Scalar;
import relay.config.YamlNode.Sequence;
import relay.config.YamlNode.Unusable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// Checks a file's structure against its JSON Schema: unknown and missing keys, types, words,
/// bounds. The schema is the same file that editors use.
///
/// A value about which a reader has already said something better is passed over, so the readers
/// run first.
final class SchemaCheck {
    private static final String KEY_UNKNOWN = "additionalProperties";

    private final JsonNode schemaRoot;
    private final Schema schema;

    private SchemaCheck(JsonNode schemaRoot, Schema schema) {
        this.schemaRoot = schemaRoot;
        this.schema = schema;
    }

    /// Loads `connectors.schema.json` or `relay.schema.json`.
    static SchemaCheck load(String schemaName) {
        try (InputStream in = SchemaCheck.class.getResourceAsStream(schemaName)) {
            JsonNode root = new JsonMapper().readTree(Objects.requireNonNull(in, schemaName));
            var registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
            return new SchemaCheck(root, registry.getSchema(root));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /// The schema itself.
    JsonNode root() {
        return schemaRoot;
    }

    /// Reports everything in the tree that the schema does not allow. `elsewhere` is the schema of
    /// the other file, for keys that ended up in the wrong one.
    void check(YamlNode tree, SchemaCheck elsewhere, Problems problems) {
        var wording = new SchemaWording(schemaRoot, elsewhere.schemaRoot);
        // A value of the wrong type is often a wrong word or number too: once is enough.
        List<Error> typeFirst =
                schema.validate(json(tree)).stream()
                        .sorted(Comparator.comparing(error -> !error.getKeyword().equals("type")))
                        .toList();
        for (Error error : typeFirst) report(error, tree, wording, problems);
    }

    private static void report(
            Error error, YamlNode tree, SchemaWording wording, Problems problems) {
        YamlNode node = find(tree, error);
        var words = wording.of(error, node);
        switch (error.getKeyword()) {
            case KEY_UNKNOWN ->
                    problems.error(keyPlace(node, error.getProperty()), words.what(), words.hint());
            case "required" -> problems.error(node.place(), words.what(), words.hint());
            default -> {
                boolean judged = node instanceof Scalar || node instanceof Unusable;
                if (!judged || !problems.hasErrorAt(node.place())) {
                    problems.error(node.place(), words.what(), words.hint());
                }
            }
        }
    }

    private static Place keyPlace(YamlNode node, String key) {
        return node instanceof Mapping mapping
                ? mapping.entry(key).map(Entry::keyPlace).orElse(mapping.place())
                : node.place();
    }

    private static YamlNode find(YamlNode tree, Error error) {
        YamlNode node = tree;
        for (int i = 0; i < error.getInstanceLocation().getNameCount(); i++) {
            node = child(node, error.getInstanceLocation().getElement(i));
        }
        return node;
    }

    private static YamlNode child(YamlNode node, Object step) {
        return switch (node) {
            case Mapping mapping ->
                    mapping.entry(step.toString()).map(Entry::value).orElse(mapping);
            case Sequence(_, var items) -> items.get(Integer.parseInt(step.toString()));
            case Scalar scalar -> scalar;
            case Unusable unusable -> unusable;
        };
    }

    private static JsonNode json(YamlNode node) {
        var json = JsonNodeFactory.instance;
        return switch (node) {
            case Mapping(_, var entries) -> {
                var object = json.objectNode();
                entries.forEach(entry -> object.set(entry.key(), json(entry.value())));
                yield object;
            }
            case Sequence(_, var items) -> {
                var array = json.arrayNode();
                items.forEach(item -> array.add(json(item)));
                yield array;
            }
            case Scalar scalar -> json(scalar);
            case Unusable _ -> json.nullNode();
        };
    }

    private static JsonNode json(Scalar scalar) {
        var json = JsonNodeFactory.instance;
        return switch (scalar.kind()) {
            case TEXT -> json.stringNode(scalar.text());
            case INTEGER -> json.numberNode(scalar.number());
            // No key takes a fraction, and to JSON Schema 5.0 is an integer: any true fraction
            // does.
            case FRACTION -> json.numberNode(0.5);
            case TRUTH -> json.booleanNode(scalar.text().equalsIgnoreCase("true"));
            case NOTHING -> json.nullNode();
        };
    }
}
