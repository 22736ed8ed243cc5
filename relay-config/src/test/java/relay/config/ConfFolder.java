package relay.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import relay.config.ConfigurationResult.Accepted;
import relay.config.ConfigurationResult.Refused;

/// A configuration folder of a test: good files to begin with, of which a test replaces some.
final class ConfFolder {
    static final String GOOD_CONNECTORS =
            """
            receiveConnectors:
              - name: internal
                bindings: ["127.0.0.1:2525"]
                remoteIpRanges: ["127.0.0.0/8"]
            sendConnectors:
              - name: internet
                addressSpaces: ["*"]
            """;
    static final String GOOD_RELAY = "hostname: relay.example.net\n";

    private final Path folder;

    private ConfFolder(Path folder) {
        this.folder = folder;
    }

    static ConfFolder in(Path folder) throws IOException {
        return new ConfFolder(folder).connectors(GOOD_CONNECTORS).relay(GOOD_RELAY);
    }

    Path path() {
        return folder;
    }

    ConfFolder connectors(String text) throws IOException {
        return file("connectors.yaml", text);
    }

    ConfFolder relay(String text) throws IOException {
        return file("relay.yaml", text);
    }

    ConfFolder file(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Path parent = file.getParent();
        if (parent != null) Files.createDirectories(parent);
        Files.writeString(file, text);
        return this;
    }

    ConfigurationResult read() {
        return read(Map.of("FILTER_PASSWORD", "from env"));
    }

    private ConfigurationResult read(Map<String, String> environment) {
        return new ConfigurationReader().read(folder, environment);
    }

    Configuration accepted() {
        return accepted(read());
    }

    Configuration accepted(Map<String, String> environment) {
        return accepted(read(environment));
    }

    private static Configuration accepted(ConfigurationResult result) {
        return switch (result) {
            case Accepted(var configuration) -> configuration;
            case Refused(var errors) -> throw new AssertionError("refused: " + errors);
        };
    }

    /// The errors without the folder's name.
    List<String> refused() {
        return switch (read()) {
            case Accepted(var configuration) ->
                    throw new AssertionError("accepted: " + configuration);
            case Refused(var errors) -> errors.stream().map(this::withoutFolder).toList();
        };
    }

    List<String> notes() {
        return accepted().notes().stream().map(this::withoutFolder).toList();
    }

    private String withoutFolder(Object line) {
        return line.toString().replace(folder + "/", "");
    }
}
