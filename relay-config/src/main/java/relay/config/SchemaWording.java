package relay.config;

import static java.util.stream.Collectors.joining;

import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import relay.config.YamlNode.Mapping;
import relay.config.YamlNode.Scalar;
import relay.config.YamlNode.Sequence;
import relay.config.YamlNode.Unusable;
import tools.jackson.databind.JsonNode;

/// Says in an operator's words what the schema does not allow. `title`, `description` and
/// `examples` of the schema supply the words, so that editor and error tell the same.
///
/// Values below `smartHostAuth` are never repeated: one of them could be a password.
record SchemaWording(JsonNode schemaRoot, JsonNode otherSchemaRoot) {
    private static final String SECRETS_BELOW = "smartHostAuth";

    record Words(String what, String hint) {}

    Words of(Error error, YamlNode node) {
        JsonNode rule = rule(error);
        return switch (error.getKeyword()) {
            case "additionalProperties" -> unknownKey(rule, error.getProperty());
            case "required" -> missingKey(rule, error.getProperty());
            case "type" -> wrongType(rule, error, node);
            case "enum" -> wrongWord(rule, shown(error, node), node);
            case "pattern" ->
                    new Words(
                            shown(error, node) + " is not " + rule.path("title").asString(),
                            asHint(rule.path("description").asString()));
            case "const" ->
                    new Words(
                            shown(error, node) + " demands nothing",
                            "write true, or remove the entry");
            case "minimum", "maximum" -> outOfBounds(rule, shown(error, node));
            case "minItems" -> new Words("the list is empty", exampleOrMeaning(rule));
            case "minLength" -> new Words("the text is empty", forExample(rule).orElse(""));
            case "maxItems" ->
                    new Words("the list has more than " + rule.path("maxItems") + " entries", "");
            default -> new Words("the schema's rule " + error.getKeyword() + " is broken", "");
        };
    }

    private Words unknownKey(JsonNode rule, String key) {
        List<String> known = List.copyOf(rule.path("properties").propertyNames());
        String what = "unknown key " + Quoted.of(key);
        return Suggestion.nearest(key, known)
                .map(near -> new Words(what, "did you mean `" + near + "`?"))
                .orElseGet(() -> new Words(what, whereOrWhich(key, known)));
    }

    private String whereOrWhich(String key, List<String> known) {
        if (otherSchemaRoot.path("properties").has(key)) {
            return "it belongs in " + otherSchemaRoot.path("title").asString();
        }
        return "known here: " + String.join(", ", known);
    }

    private Words missingKey(JsonNode rule, String key) {
        JsonNode property = resolved(rule.path("properties").path(key));
        String hint =
                example(property)
                        .map(shown -> "for example " + key + ": " + shown)
                        .orElseGet(() -> exampleOrMeaning(property));
        return new Words("`" + key + "` is missing", hint);
    }

    private Words wrongType(JsonNode rule, Error error, YamlNode node) {
        if (node instanceof Scalar(_, _, var kind) && kind == YamlNode.Kind.NOTHING) {
            NodePath path = error.getInstanceLocation();
            int last = path.getNameCount() - 1;
            String what = last >= 0 && path.getElement(last) instanceof Integer ? "entry" : "key";
            return new Words("the " + what + " has no value", "remove it, or give it a value");
        }
        String wanted = rule.has("$schema") ? "keys and values" : rule.path("title").asString();
        String what = "expected " + wanted + ", found " + kindOf(node);
        return new Words(what, typeHint(rule.path("type").asString(), node, rule));
    }

    private static String typeHint(String wanted, YamlNode node, JsonNode rule) {
        if (wanted.equals("boolean") && node instanceof Scalar(_, var text, _)) {
            if (text.matches("(?i)y|yes|on|1|true")) return "write true";
            if (text.matches("(?i)n|no|off|0|false")) return "write false";
        }
        if (rule.has("enum")) return knownWords(words(rule));
        boolean looksLikeText = node instanceof Scalar;
        if (wanted.equals("string") && looksLikeText) return "put the value in quotes";
        if (wanted.equals("array") && looksLikeText) return "put it in brackets: [...]";
        return forExample(rule)
                .orElseGet(() ->
                        switch (wanted) {
                            case "boolean" -> "write true or false";
                            case "array" -> "each entry on a line that begins with -";
                            default -> "each on a line of its own: key: value";
                        });
    }

    private static String kindOf(YamlNode node) {
        return switch (node) {
            case Mapping _ -> "keys and values";
            case Sequence _ -> "a list";
            case Unusable _ -> "nothing usable";
            case Scalar(_, _, var kind) ->
                    switch (kind) {
                        case TEXT -> "text";
                        case INTEGER -> "a number";
                        case FRACTION -> "a fraction";
                        case TRUTH -> "true or false";
                        case NOTHING -> "nothing";
                    };
        };
    }

    private static Words wrongWord(JsonNode rule, String shown, YamlNode node) {
        List<String> words = words(rule);
        String written = node instanceof Scalar(_, var text, _) ? text : "";
        String hint =
                Suggestion.nearest(written, words)
                        .map(near -> "did you mean " + near + "?")
                        .orElse(knownWords(words));
        return new Words(shown + " is not " + rule.path("title").asString(), hint);
    }

    private static List<String> words(JsonNode rule) {
        return rule.path("enum").valueStream().map(JsonNode::asString).toList();
    }

    private static String knownWords(List<String> words) {
        return words.size() == 1
                ? "write " + words.getFirst()
                : "known here: " + String.join(", ", words);
    }

    private static Words outOfBounds(JsonNode rule, String shown) {
        String bounds = rule.path("minimum") + " to " + rule.path("maximum");
        return new Words(shown + " is out of bounds", bounds);
    }

    private static String shown(Error error, YamlNode node) {
        NodePath path = error.getInstanceLocation();
        for (int i = 0; i < path.getNameCount(); i++) {
            if (path.getElement(i).equals(SECRETS_BELOW)) return "the value";
        }
        return node instanceof Scalar(_, var text, _) ? Quoted.of(text) : "the value";
    }

    private static String exampleOrMeaning(JsonNode rule) {
        return forExample(rule).orElseGet(() -> asHint(rule.path("description").asString()));
    }

    private static Optional<String> forExample(JsonNode rule) {
        return example(rule).map(shown -> "for example " + shown);
    }

    private static Optional<String> example(JsonNode rule) {
        JsonNode examples = rule.path("examples");
        if (examples.isEmpty()) return Optional.empty();
        return Optional.of(
                examples.valueStream()
                        .limit(rule.path("type").asString().equals("string") ? 4 : 1)
                        .map(SchemaWording::asYaml)
                        .collect(joining(", ")));
    }

    /// An example as one would write it in the file.
    private static String asYaml(JsonNode example) {
        if (example.isArray()) {
            return example.valueStream().map(Object::toString).collect(joining(", ", "[", "]"));
        }
        if (example.isObject()) {
            return example.propertyStream()
                    .map(entry -> entry.getKey() + ": " + asYaml(entry.getValue()))
                    .collect(joining(", ", "{ ", " }"));
        }
        boolean plain = example.isString() && example.asString().matches("[A-Za-z0-9.][\\w./-]*");
        return plain ? example.asString() : example.toString();
    }

    /// The first sentence of a description as a hint.
    private static String asHint(String description) {
        int end = (description + " ").indexOf(". ");
        String sentence = end < 0 ? description : description.substring(0, end);
        return sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
    }

    /// The schema object that holds the keyword which failed.
    private JsonNode rule(Error error) {
        NodePath path = error.getSchemaLocation().getFragment();
        JsonNode rule = schemaRoot;
        for (int i = 0; i < path.getNameCount() - 1; i++) {
            Object step = path.getElement(i);
            rule = step instanceof Integer index ? rule.path(index) : rule.path(step.toString());
        }
        return rule;
    }

    private JsonNode resolved(JsonNode rule) {
        return rule.has("$ref") ? schemaRoot.at(rule.path("$ref").asString().substring(1)) : rule;
    }
}
