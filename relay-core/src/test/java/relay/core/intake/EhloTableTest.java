package relay.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.intake.IntakeOutput.Say;
import relay.core.intake.IntakeRules.HandingOn;
import relay.core.intake.IntakeRules.StartTls;
import relay.core.queue.QueueId;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.RequireTls;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.smtp.CommandParser;
import relay.core.smtp.XClient;
import relay.core.tls.Evidence;
import relay.core.tls.Unmet.Shortfall;

/// The table of docs/inbound.md, as sessions say it.
class EhloTableTest {
    private static final Path PAGE = Path.of("../docs/inbound.md");
    private static final Evidence CLEAR = new Evidence.Plaintext(Shortfall.NOT_OFFERED, "");
    private static final Evidence TLS =
            new Evidence.Encrypted(
                    Evidence.TlsVersion.TLS_1_3,
                    "TLS_AES_128_GCM_SHA256",
                    "",
                    new Evidence.ChainVerdict.Untrusted(""),
                    Set.of(),
                    List.of());

    @Test
    void theTableOfThePageIsWhatSessionsSay() throws IOException {
        // Given sessions of every kind.
        Map<String, Set<String>> columns = new LinkedHashMap<>();
        columns.put("in clear", ehlo(CLEAR, rules()));
        columns.put("over TLS", ehlo(TLS, rules()));
        columns.put("over TLS, with `authentication`", ehlo(TLS, rules("auth")));
        columns.put("in clear, listed under `xclient`", ehlo(CLEAR, rules("xclient")));
        columns.put("in clear, named by XCLIENT", ehlo(CLEAR, named()));

        // Then the page has what they say.
        String table = table(columns);
        String page = Files.readString(PAGE);
        int from = page.indexOf("<!-- table -->\n") + "<!-- table -->\n".length();
        String written = page.substring(from, page.indexOf("<!-- end -->"));
        assertThat(written).as("the table must be\n%s", table).isEqualTo(table);
    }

    @Test
    void aDemandForTlsOrALoginChangesNothingOfWhatIsOffered() {
        assertThat(ehlo(CLEAR, rules("requireTls"))).isEqualTo(ehlo(CLEAR, rules()));
        assertThat(ehlo(CLEAR, rules("auth"))).isEqualTo(ehlo(CLEAR, rules()));
        assertThat(ehlo(TLS, rules("authRequired"))).isEqualTo(ehlo(TLS, rules("auth")));

        // But that a host which owes it cannot speak for others yet.
        assertThat(ehlo(CLEAR, rules("xclient", "requireTls"))).isEqualTo(ehlo(CLEAR, rules()));
        assertThat(ehlo(TLS, rules("xclient", "requireTls")))
                .containsAll(ehlo(TLS, rules()))
                .contains("XCLIENT " + XClient.OFFERED);
    }

    private static String table(Map<String, Set<String>> columns) {
        Set<String> all = new LinkedHashSet<>();
        // Those with the most to say have them in the order of EHLO.
        columns.values().stream()
                .sorted((one, other) -> Integer.compare(other.size(), one.size()))
                .forEach(all::addAll);
        List<String> rows = new ArrayList<>();
        rows.add("| keyword | " + String.join(" | ", columns.keySet()) + " |");
        rows.add("|---|" + "---|".repeat(columns.size()));
        for (String line : all) {
            var row = new StringBuilder("| `" + line + "` |");
            columns.values().forEach(said -> row.append(said.contains(line) ? " yes |" : " |"));
            rows.add(row.toString());
        }
        return String.join("\n", rows) + "\n";
    }

    private static Set<String> ehlo(Evidence tls, IntakeRules rules) {
        var session =
                new IntakeSession(
                        rules,
                        InetAddress.ofLiteral("127.0.0.1"),
                        Fixtures::policy,
                        () -> new QueueId(1),
                        InstantSource.system(),
                        () -> "nonce",
                        MessageGate.OPEN);
        session.on(new IntakeInput.Connected(tls));
        return session
                .on(new IntakeInput.Spoken(CommandParser.parse("EHLO client.example")))
                .stream()
                .filter(Say.class::isInstance)
                .map(output -> ((Say) output).reply().lines())
                .map(lines -> lines.subList(1, lines.size()))
                .findFirst()
                .<Set<String>>map(LinkedHashSet::new)
                .orElseThrow();
    }

    private static IntakeRules rules(String... given) {
        return rules(StartTls.OFFERED, XClient.NONE, given);
    }

    private static IntakeRules named() {
        var client = new XClient(Map.of(XClient.Attribute.ADDR, "192.0.2.7"));
        return rules(StartTls.UNAVAILABLE, client, "xclient");
    }

    private static IntakeRules rules(StartTls startTls, XClient named, String... given) {
        var dialogue = new Dialogue("table", List.of(given), List.of());
        ReceiveConnector connector =
                Fixtures.receiveConnector(
                        dialogue,
                        Fixtures.loopback(TlsMode.STARTTLS),
                        dialogue.has("requireTls") ? RequireTls.YES : RequireTls.NO);
        HandingOn handingOn = dialogue.has("xclient") ? HandingOn.ALLOWED : HandingOn.REFUSED;
        return new IntakeRules(Fixtures.HOSTNAME, connector, startTls, handingOn, named);
    }
}
