package relay.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Reads a folder's `connectors.yaml` and `relay.yaml`: all of it, or every error in it.
///
/// Reads files, and looks up the machine's name where `hostname` is left out; writes nothing. A
/// reader has no state: any thread may use it, as often as it likes.
public final class ConfigurationReader {
    public static final String CONNECTORS_FILE = "connectors.yaml";
    public static final String RELAY_FILE = "relay.yaml";

    private final Supplier<String> machineName;
    private final InstantSource clock;
    private final SchemaCheck connectorsSchema = SchemaCheck.load("connectors.schema.json");
    private final SchemaCheck relaySchema = SchemaCheck.load("relay.schema.json");

    public ConfigurationReader() {
        this(MachineName::find);
    }

    /// `machineName` is asked where `hostname` is left out.
    ConfigurationReader(Supplier<String> machineName) {
        this(machineName, InstantSource.system());
    }

    /// `clock` says what is to be noted of the dates in the files; it makes nothing an error.
    ConfigurationReader(Supplier<String> machineName, InstantSource clock) {
        this.machineName = machineName;
        this.clock = clock;
    }

    /// Reads both files of `confDir`. `environment` answers `${NAME}`; nothing else of it is looked
    /// at. Never throws for what stands in the files, or for files that are not there.
    public ConfigurationResult read(Path confDir, Map<String, String> environment) {
        var problems = new Problems();
        Instant now = clock.instant();
        if (!Files.isDirectory(confDir)) {
            String hint = "--conf names the folder of " + CONNECTORS_FILE + " and " + RELAY_FILE;
            problems.error(Place.startOf(confDir), "no such folder", hint);
            return new ConfigurationResult.Refused(List.copyOf(problems.errors()));
        }
        Optional<YamlNode> policyTree = tree(confDir.resolve(CONNECTORS_FILE), problems);
        Optional<YamlNode> machineTree = tree(confDir.resolve(RELAY_FILE), problems);
        Optional<Policy> policy =
                policyTree.map(root -> new PolicyReader(environment, problems, now).read(root));
        Optional<Machine> machine =
                machineTree.map(root -> machineReader(environment, problems).read(root));
        policy.ifPresent(found ->
                machine.ifPresent(beside ->
                        BindingRules.checkAdmin(found.bindings(), beside.adminListen(), problems)));
        // After the readers, who know better what to say about a value.
        policyTree.ifPresent(root -> connectorsSchema.check(root, relaySchema, problems));
        machineTree.ifPresent(root -> relaySchema.check(root, connectorsSchema, problems));
        return policy.isPresent() && machine.isPresent() && problems.errors().isEmpty()
                ? new ConfigurationResult.Accepted(
                        configuration(policy.get(), machine.get(), problems))
                : new ConfigurationResult.Refused(List.copyOf(problems.errors()));
    }

    private MachineReader machineReader(Map<String, String> environment, Problems problems) {
        return new MachineReader(machineName, new AlertsReader(environment, problems), problems);
    }

    private static Optional<YamlNode> tree(Path file, Problems problems) {
        return SourceText.read(file, problems)
                .flatMap(text -> YamlTree.parse(file, text, problems));
    }

    private static Configuration configuration(Policy policy, Machine machine, Problems problems) {
        return new Configuration(
                machine.hostname(),
                machine.dataFolder(),
                machine.adminListen().value(),
                machine.certificate(),
                machine.furtherCertificates(),
                machine.trust(),
                machine.dns(),
                machine.tracking(),
                machine.protocolLog(),
                machine.limits(),
                machine.tlsReports(),
                machine.alerts(),
                policy.receiveConnectors(),
                policy.sendConnectors(),
                policy.domainFloors(),
                policy.probes(),
                policy.inboundTls(),
                problems.notes());
    }
}
