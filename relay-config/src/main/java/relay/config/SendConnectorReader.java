package relay.config;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import relay.core.routing.AddressSpace;
import relay.core.routing.ConnectorTls;
import relay.core.routing.ReceiveConnector.Limits;
import relay.core.routing.SendConnector;
import relay.core.routing.SendConnector.Enabled;
import relay.core.routing.SendConnector.OnTlsFailure;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost;
import relay.core.routing.SmartHost.HostKind;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;

/// Reads one entry of `sendConnectors`. `receiveConnectors` are the names of those there are.
record SendConnectorReader(
        Map<String, String> environment,
        Problems problems,
        Instant now,
        Set<String> receiveConnectors) {
    private static final int SUBMISSIONS_PORT = 465;
    private static final Map<String, OnTlsFailure> ON_TLS_FAILURE =
            Map.of(
                    "queue", OnTlsFailure.QUEUE,
                    "bounce", OnTlsFailure.BOUNCE,
                    "hold", OnTlsFailure.HOLD);
    private static final Map<String, PlaintextFallback> PLAINTEXT_FALLBACK =
            Map.of("allowed", PlaintextFallback.ALLOWED, "never", PlaintextFallback.NEVER);

    SendConnector read(Section section) {
        var authReader = new SmartHostAuthReader(environment, problems);
        var tlsReader = new TlsReader(section, problems, now);
        List<SmartHostAuth> identity =
                section.section("smartHostAuth").map(authReader::read).stream().toList();
        return new SendConnector(
                section.text("name").map(Located::value).orElse(""),
                section.place().origin(),
                section.truth("enabled").orElse(true) ? Enabled.YES : Enabled.NO,
                addressSpaces(section),
                smartHosts(section),
                identity,
                tlsReader.ofConnector(),
                plaintextFallback(section),
                section.word("onTlsFailure", ON_TLS_FAILURE)
                        .map(Located::value)
                        .orElse(OnTlsFailure.QUEUE),
                section.parse("maxMessageSize", UnitText::size)
                        .map(Located::value)
                        .orElse(Limits.DEFAULT.maxMessageSizeBytes()),
                new RetryReader(problems).read(section.section("retry")),
                new ConnectorTls(tlsReader.terms(), tlsReader.offer()),
                new ConnectionsReader(section).read(),
                new ChoiceReader(section, receiveConnectors).read(),
                new ErrorPolicyReader(section).read());
    }

    private List<AddressSpace> addressSpaces(Section section) {
        var spaces = section.parseEach("addressSpaces", DomainText::addressSpace);
        var seen = new HashMap<Object, Place>();
        for (Located<AddressSpace> space : spaces) {
            refuseRepeated(space, space.value().pattern(), seen);
        }
        return spaces.stream().map(Located::value).toList();
    }

    private List<SmartHost> smartHosts(Section section) {
        var hosts = section.parseEach("smartHosts", SmartHostText::parse);
        var seen = new HashMap<Object, Place>();
        for (Located<SmartHost> host : hosts) {
            refuseRepeated(host, host.value(), seen);
            boolean implicit = host.value().tlsMode() == TlsMode.IMPLICIT;
            if (host.value().port() == SUBMISSIONS_PORT && !implicit) {
                String text = "on port 465 TLS usually begins with the first byte: implicit-tls://";
                problems.note(host.place(), text + host.value());
            }
        }
        section.keyPlace("smartHostAuth")
                .filter(_ -> !section.has("smartHosts"))
                .ifPresent(place ->
                        problems.error(
                                place,
                                "`smartHostAuth` without `smartHosts`",
                                "a password is for hosts that are named here"));
        boolean byAddress =
                !hosts.isEmpty()
                        && hosts.stream().allMatch(host -> host.value().kind() == HostKind.ADDRESS);
        section.keyPlace("dnsServers")
                .filter(_ -> byAddress)
                .ifPresent(place ->
                        problems.note(
                                place, "no smart host is looked up: each is given by address"));
        return hosts.stream().map(Located::value).toList();
    }

    private void refuseRepeated(Located<?> written, Object value, Map<Object, Place> seen) {
        Place first = seen.putIfAbsent(value, written.place());
        if (first != null) {
            String what = Quoted.of(written.written()) + " stands here twice";
            problems.error(written.place(), what, "first at " + first.brief());
        }
    }

    private PlaintextFallback plaintextFallback(Section section) {
        Optional<Located<PlaintextFallback>> written =
                section.word("plaintextFallback", PLAINTEXT_FALLBACK);
        boolean contradiction =
                section.truth("requireTls").orElse(false)
                        && written.filter(word -> word.value() == PlaintextFallback.ALLOWED)
                                .isPresent();
        if (contradiction) {
            String what = "`plaintextFallback: allowed` contradicts `requireTls: true`";
            problems.error(written.get().place(), what, "remove one of them");
        }
        return written.map(Located::value).orElse(PlaintextFallback.ALLOWED);
    }
}
