package relay.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import relay.config.ConfigurationReader;
import relay.config.ConfigurationResult;
import relay.server.demo.DemoAuthority;
import relay.server.demo.DemoClient;
import relay.server.demo.DemoFates;
import relay.server.demo.DemoPartner;

/// `relay demo`: a relay and three partners on this machine, nine messages, and what became of them.
final class Demo {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<Partner> PARTNERS =
            List.of(
                    new Partner("good", "TLS, its own certificate", "mx.good.example"),
                    new Partner("imposter", "TLS, another's certificate", "mx.stranger.example"),
                    new Partner("plain", "no TLS", ""));
    private static final List<String> POLICIES =
            List.of("opportunistic", "EncryptionOnly", "DomainValidation");

    /// `certificateName` is empty for a partner without TLS.
    private record Partner(String name, String description, String certificateName) {
        /// A domain of this partner for each policy, so that each message has one of its own.
        String domain(String policy) {
            return policy.toLowerCase(Locale.ROOT) + "." + name + ".example";
        }
    }

    private final PrintWriter out;
    private final DemoAuthority authority = new DemoAuthority(Instant.now());

    Demo(PrintWriter out) {
        this.out = out;
    }

    /// Runs it on the calling thread, in a folder that it makes and leaves. True where the fate of every
    /// message became known.
    boolean run() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("relay-demo-");
        var fates = new DemoFates(PARTNERS.size() * POLICIES.size());
        try (var good = partner(PARTNERS.get(0));
                var imposter = partner(PARTNERS.get(1));
                var plain = partner(PARTNERS.get(2))) {
            write(
                    folder,
                    Map.of(
                            "good",
                            good.port(),
                            "imposter",
                            imposter.port(),
                            "plain",
                            plain.port()));
            try (Relay relay = Relay.start(read(folder), fates)) {
                out.println("A relay and three partners run on this machine. Nine messages:");
                out.println();
                send(new DemoClient(relay.addresses().getFirst()));
                boolean complete = fates.await(PATIENCE);
                show(fates);
                next(folder, relay.adminAddress());
                return complete;
            }
        }
    }

    private DemoPartner partner(Partner partner) {
        String name = partner.certificateName();
        return new DemoPartner(
                partner.name() + ".example",
                name.isEmpty() ? List.of() : List.of(authority.serverContext(name, Instant.now())));
    }

    private void write(Path folder, Map<String, Integer> ports) throws IOException {
        var connectors = new StringBuilder();
        connectors.append("receiveConnectors:\n  - name: here\n    bindings: [\"127.0.0.1:");
        connectors.append(freePort()).append("\"]\n    remoteIpRanges: [\"127.0.0.0/8\"]\n");
        connectors.append("sendConnectors:\n");
        for (Partner partner : PARTNERS) {
            connectors.append(connectors(partner, ports.getOrDefault(partner.name(), 0)));
        }
        connectors.append("domains:\n");
        for (Partner partner : PARTNERS) {
            String domain = partner.domain("EncryptionOnly");
            connectors.append("  - { domain: %s, requireTls: true }\n".formatted(domain));
        }
        Files.writeString(folder.resolve("connectors.yaml"), connectors);
        Files.writeString(folder.resolve("root.pem"), authority.rootPem());
        Files.writeString(
                folder.resolve("relay.yaml"),
                """
                hostname: relay.demo.example
                data: data
                admin: { listen: "127.0.0.1:%d" }
                tls: { trust: root.pem }
                """
                        .formatted(freePort()));
    }

    /// One connector for all of a partner's domains, and a stricter one for the domain whose certificate
    /// must fit.
    private static String connectors(Partner partner, int port) {
        return """
          - name: %1$s
            addressSpaces: ["*.%1$s.example"]
            smartHosts: ["[127.0.0.1]:%2$d"]
          - name: %1$s-strict
            addressSpaces: ["%3$s"]
            smartHosts: ["[127.0.0.1]:%2$d"]
            requireTls: true
            tlsAuthLevel: DomainValidation
            tlsDomain: ["mx.%1$s.example"]
        """
                .formatted(partner.name(), port, partner.domain("DomainValidation"))
                .indent(2);
    }

    private static relay.config.Configuration read(Path folder) {
        return switch (new ConfigurationReader().read(folder, Map.of())) {
            case ConfigurationResult.Accepted(var configuration) -> configuration;
            case ConfigurationResult.Refused(var errors) ->
                    throw new IllegalStateException(errors.toString());
        };
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void send(DemoClient client) throws IOException {
        for (Partner partner : PARTNERS) {
            for (String policy : POLICIES) client.send("someone@" + partner.domain(policy));
        }
    }

    private void show(DemoFates fates) {
        out.printf("%-28s %-17s %s%n", "PARTNER", "POLICY", "WHAT BECAME OF THE MESSAGE");
        for (Partner partner : PARTNERS) {
            for (String policy : POLICIES) {
                out.printf(
                        "%-28s %-17s %s%n",
                        partner.description(), policy, fates.of(partner.domain(policy)));
            }
        }
        out.println();
    }

    private void next(Path folder, InetSocketAddress admin)
            throws IOException, InterruptedException {
        out.println("What waits, as Prometheus sees it:");
        var uri = URI.create("http://127.0.0.1:" + admin.getPort() + "/metrics");
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
            answer.body()
                    .lines()
                    .filter(line -> line.startsWith("relay_tls_failures_total"))
                    .filter(line -> !line.endsWith(" 0.0"))
                    .forEach(line -> out.println("  " + line));
        }
        out.println();
        out.println(
                "Look next at the configuration of this demo, "
                        + folder
                        + "/connectors.yaml, then:");
        out.println("  ./relay explain someone@domainvalidation.good.example --conf " + folder);
        out.println(
                "  ./relay serve          # with conf/ as shipped; README.md says how to go on");
        out.flush();
    }
}
