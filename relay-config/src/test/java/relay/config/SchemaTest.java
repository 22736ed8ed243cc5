package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.config.ConfigurationResult.Accepted;
import relay.config.ConfigurationResult.Refused;
import relay.core.routing.ReceiveConnector.Limits;
import relay.core.routing.RetrySchedule;
import tools.jackson.databind.JsonNode;

/// The schemas, the files as shipped and the documentation tell the same story.
class SchemaTest {
    private static final Path CONF = Path.of("../conf");
    private static final Set<String> WORDED_KEYWORDS =
            Set.of(
                    "type",
                    "enum",
                    "const",
                    "pattern",
                    "minimum",
                    "maximum",
                    "minItems",
                    "maxItems",
                    "minLength",
                    "required",
                    "additionalProperties");
    private static final Set<String> SILENT_KEYWORDS =
            Set.of(
                    "$schema",
                    "$defs",
                    "$ref",
                    "title",
                    "description",
                    "default",
                    "examples",
                    "properties",
                    "items");

    @Test
    void theFilesAsShippedAreGood() {
        // Given conf/ as it is in the repository.
        var reader = new ConfigurationReader(() -> "relay.example.net");

        // When it is read.
        var result = reader.read(CONF, Map.of());

        // Then there is no error, and nothing to warn of.
        switch (result) {
            case Refused(var errors) -> assertThat(errors).isEmpty();
            case Accepted(var configuration) -> {
                assertThat(configuration.notes()).isEmpty();
                assertThat(configuration.dataFolder())
                        .isEqualTo(CONF.resolveSibling("data").toAbsolutePath().normalize());
            }
        }
    }

    @Test
    void theFilesOfTheImageAreGood() {
        // Given the configuration of the container image; when it is read.
        var result =
                new ConfigurationReader(() -> "relay.example.net")
                        .read(CONF.resolveSibling("docker").resolve("conf"), Map.of());

        // Then there is no error in it.
        assertThat(result).isInstanceOf(Accepted.class);
    }

    @Test
    void theExamplesInTheFilesAsShippedAreGoodToo(@TempDir Path temporary) throws IOException {
        // Given the files as shipped with every example uncommented, and the password they name.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(uncommented("connectors.yaml"))
                        .relay(uncommented("relay.yaml"))
                        .file("secrets/filter", "correct horse\n");

        // When they are read.
        // Then all that is wrong is that the files are missing which only the operator has.
        assertThat(folder.refused())
                .extracting(error -> error.split(": ", 2)[1])
                .containsExactly(
                        "tls/relay.crt does not exist"
                                + " (relative paths start at the folder of relay.yaml)",
                        "tls/relay.key does not exist"
                                + " (relative paths start at the folder of relay.yaml)",
                        "root.ds does not exist"
                                + " (relative paths start at the folder of relay.yaml)");
    }

    private static String uncommented(String name) throws IOException {
        Pattern example = Pattern.compile("(?m)^( *)# ([ -]*[A-Za-z]+:( .*)?)$");
        return example.matcher(Files.readString(CONF.resolve(name))).replaceAll("$1$2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"connectors", "relay"})
    void theProgramHasTheSchemaThatEditorsSee(String name) throws IOException {
        // Given the schema beside the file it describes, which the file's first line names.
        String file = name + ".schema.json";
        byte[] shipped = Files.readAllBytes(CONF.resolve(file));

        // When the program loads its own.
        try (var in = Objects.requireNonNull(getClass().getResourceAsStream(file))) {
            // Then it is the same.
            assertThat(in.readAllBytes()).isEqualTo(shipped);
        }
        assertThat(Files.readAllLines(CONF.resolve(name + ".yaml")).getFirst())
                .isEqualTo("# yaml-language-server: $schema=" + file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"connectors", "relay"})
    void theSchemaIsASchema(String name) {
        // Given the schema of schemas.
        var registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        var metaSchema = registry.getSchema(SchemaLocation.of(Dialects.getDraft202012().getId()));

        // When ours is checked against it.
        // Then it is good.
        assertThat(metaSchema.validate(SchemaCheck.load(name + ".schema.json").root())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"connectors", "relay"})
    void everyRuleOfTheSchemaHasItsWords(String name) {
        // Given a schema.
        JsonNode root = SchemaCheck.load(name + ".schema.json").root();

        // When its keywords are gathered.
        var unknown = new TreeSet<String>();
        gatherUnknownKeywords(root, unknown);

        // Then each is one that errors can be worded for, or one that never fails.
        assertThat(unknown).isEmpty();
    }

    private static void gatherUnknownKeywords(JsonNode rule, Set<String> unknown) {
        if (!rule.isObject()) return;
        for (Map.Entry<String, JsonNode> entry : rule.properties()) {
            String keyword = entry.getKey();
            boolean known = WORDED_KEYWORDS.contains(keyword) || SILENT_KEYWORDS.contains(keyword);
            if (!known) unknown.add(keyword);
            switch (keyword) {
                case "properties", "$defs" ->
                        entry.getValue().forEach(child -> gatherUnknownKeywords(child, unknown));
                case "items" -> gatherUnknownKeywords(entry.getValue(), unknown);
                default -> {}
            }
        }
    }

    @Test
    void theDefaultsOfTheSchemaAreThoseOfTheProgram() {
        // Given the schema's defaults.
        Map<String, JsonNode> keys = keys("connectors");

        // When they are compared with the program's, which apply where a key is left out.
        Limits limits = Limits.DEFAULT;
        RetrySchedule retry = RetrySchedule.DEFAULT;
        String receive = "receiveConnectors[].";
        String send = "sendConnectors[].";

        // Then they are the same.
        assertThat(UnitText.size(text(keys, receive + "maxMessageSize")))
                .isEqualTo(Parsed.good(limits.maxMessageSizeBytes()));
        assertThat(number(keys, receive + "maxRecipientsPerMessage"))
                .isEqualTo(limits.maxRecipientsPerMessage());
        assertThat(number(keys, receive + "maxConnections")).isEqualTo(limits.maxConnections());
        assertThat(number(keys, receive + "maxConnectionsPerSource"))
                .isEqualTo(limits.maxConnectionsPerSource());
        assertThat(number(keys, receive + "maxHopCount")).isEqualTo(limits.maxHopCount());
        assertThat(UnitText.duration(text(keys, receive + "inactivityTimeout")))
                .isEqualTo(Parsed.good(limits.inactivityTimeout()));
        assertThat(UnitText.size(text(keys, send + "maxMessageSize")))
                .isEqualTo(Parsed.good(limits.maxMessageSizeBytes()));
        assertThat(
                        byDefault(keys, send + "retry.delays")
                                .valueStream()
                                .map(delay -> UnitText.duration(delay.asString())))
                .containsExactlyElementsOf(
                        retry.delays().stream().<Parsed<Duration>>map(Parsed::good).toList());
        assertThat(
                        byDefault(keys, send + "retry.glitchDelays")
                                .valueStream()
                                .map(delay -> UnitText.duration(delay.asString())))
                .containsExactlyElementsOf(
                        retry.glitchDelays().stream().<Parsed<Duration>>map(Parsed::good).toList());
        assertThat(UnitText.duration(text(keys, send + "retry.expireAfter")))
                .isEqualTo(Parsed.good(retry.expireAfter()));
        assertThat(UnitText.duration(text(keys, send + "retry.delayWarningAfter")))
                .isEqualTo(Parsed.good(retry.delayWarningAfter()));
        Map<String, JsonNode> machine = keys("relay");
        assertThat(UnitText.duration(text(machine, "tracking.maxAge")))
                .isEqualTo(Parsed.good(Configuration.LogBounds.TRACKING.maxAge()));
        assertThat(UnitText.space(text(machine, "tracking.maxSize")))
                .isEqualTo(Parsed.good(Configuration.LogBounds.TRACKING.maxSizeBytes()));
        assertThat(UnitText.duration(text(machine, "protocolLog.maxAge")))
                .isEqualTo(Parsed.good(Configuration.LogBounds.PROTOCOL.maxAge()));
        assertThat(UnitText.space(text(machine, "protocolLog.maxSize")))
                .isEqualTo(Parsed.good(Configuration.LogBounds.PROTOCOL.maxSizeBytes()));
    }

    @Test
    void everyKeyIsDocumentedAndNoOther() throws IOException {
        // Given the keys of both schemas, and the tables of the documentation.
        var known = new TreeSet<String>(keys("connectors").keySet());
        known.addAll(keys("relay").keySet());

        // When the first column of the tables is gathered.
        String documentation = Files.readString(Path.of("../docs/configuration.md"));
        Matcher rows = Pattern.compile("(?m)^\\| `([A-Za-z.\\[\\]]+)` \\|").matcher(documentation);
        var documented = new TreeSet<String>();
        while (rows.find()) documented.add(rows.group(1));

        // Then they are the same keys.
        assertThat(documented).isEqualTo(known);
    }

    @Test
    void everyDefaultIsDocumented() throws IOException {
        // Given the keys that have a default.
        var keys = new TreeMap<>(keys("connectors"));
        keys.putAll(keys("relay"));
        String documentation = Files.readString(Path.of("../docs/configuration.md"));

        // When their rows are looked at.
        var missing = new TreeSet<String>();
        keys.forEach((path, rule) -> {
            JsonNode value = rule.path("default");
            String shown = value.isArray() ? value.toString().replace(",", ", ") : value.asString();
            boolean documented =
                    documentation
                            .lines()
                            .filter(line -> line.startsWith("| `" + path + "` |"))
                            .anyMatch(
                                    line -> line.contains("| `" + shown.replace("\"", "") + "` |"));
            if (rule.has("default") && !documented) missing.add(path + " = " + shown);
        });

        // Then the default stands in its column.
        assertThat(missing).isEmpty();
    }

    private static String text(Map<String, JsonNode> keys, String path) {
        return byDefault(keys, path).asString();
    }

    private static int number(Map<String, JsonNode> keys, String path) {
        return byDefault(keys, path).asInt();
    }

    private static JsonNode byDefault(Map<String, JsonNode> keys, String path) {
        return Objects.requireNonNull(keys.get(path), path).path("default");
    }

    /// Every key by its path, such as `sendConnectors[].retry.delays`, with its rule.
    private static Map<String, JsonNode> keys(String name) {
        JsonNode root = SchemaCheck.load(name + ".schema.json").root();
        var keys = new TreeMap<String, JsonNode>();
        gatherKeys(root, root, "", keys);
        return keys;
    }

    private static void gatherKeys(
            JsonNode root, JsonNode rule, String path, Map<String, JsonNode> keys) {
        for (Map.Entry<String, JsonNode> entry : rule.path("properties").properties()) {
            String child = path + entry.getKey();
            JsonNode written = entry.getValue();
            JsonNode meant = resolved(root, written);
            keys.put(child, written.has("default") ? written : meant);
            gatherKeys(root, meant, child + ".", keys);
            gatherKeys(root, resolved(root, meant.path("items")), child + "[].", keys);
        }
    }

    private static JsonNode resolved(JsonNode root, JsonNode rule) {
        return rule.has("$ref") ? root.at(rule.path("$ref").asString().substring(1)) : rule;
    }
}
