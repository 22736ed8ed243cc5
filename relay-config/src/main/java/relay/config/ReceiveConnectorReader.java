package relay.config;

import java.time.Duration;
import java.util.List;
import relay.core.address.IpRange;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Authentication;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.ReceiveConnector.Conduct;
import relay.core.routing.ReceiveConnector.Limits;
import relay.core.routing.ReceiveConnector.RequireTls;

/// Reads one entry of `receiveConnectors`.
final class ReceiveConnectorReader {
    /// What every server takes at the least (RFC 5321 §4.5.3.1.7, §4.5.3.1.8).
    private static final long LEAST_MESSAGE_SIZE_BYTES = 64 << 10;

    private static final int LEAST_RECIPIENTS = 100;

    private ReceiveConnectorReader() {}

    static ListeningPoint read(Section section) {
        List<Located<Binding>> bindings = section.parseEach("bindings", AddressText::binding);
        List<Located<IpRange>> ranges = section.parseEach("remoteIpRanges", AddressText::range);
        boolean requireTls = section.truth("requireTls").orElse(false);
        var connector =
                new ReceiveConnector(
                        section.text("name").map(Located::value).orElse(""),
                        section.place().origin(),
                        bindings.stream().map(Located::value).toList(),
                        ranges.stream().map(Located::value).toList(),
                        requireTls ? RequireTls.YES : RequireTls.NO,
                        section.section("authentication")
                                .map(UsersReader::read)
                                .orElse(Authentication.NONE),
                        limits(section),
                        new ClientCertificateReader(section).read(),
                        proxies(section));
        OpenRelayRule.check(section, ranges);
        return new ListeningPoint(connector, bindings, ranges);
    }

    private static List<IpRange> proxies(Section section) {
        List<Located<IpRange>> proxies =
                section.section("proxyProtocol").stream()
                        .flatMap(proxy -> proxy.parseEach("from", AddressText::range).stream())
                        .toList();
        OpenRelayRule.checkProxies(proxies, section.problems());
        return proxies.stream().map(Located::value).toList();
    }

    private static Conduct conduct(Section section) {
        Conduct usual = Conduct.DEFAULT;
        return new Conduct(
                section.number("maxCommandsPerConnection").orElse(usual.maxCommands()),
                section.number("maxProtocolErrors").orElse(usual.maxProtocolErrors()),
                duration(section, "tarpitInterval", usual.tarpitInterval()),
                duration(section, "connectionTimeout", usual.connectionTimeout()),
                section.number("maxMessagesPerConnection").orElse(usual.maxMessages()),
                section.number("maxMessagesPerMinute").orElse(usual.maxMessagesPerMinute()),
                size(section, "maxHeaderSize", usual.maxHeaderSizeBytes()),
                size(section, "maxLineLength", usual.maxLineBytes()));
    }

    private static Duration duration(Section section, String key, Duration usual) {
        return section.parse(key, UnitText::duration).map(Located::value).orElse(usual);
    }

    private static long size(Section section, String key, long usual) {
        return section.parse(key, UnitText::size).map(Located::value).orElse(usual);
    }

    private static Limits limits(Section section) {
        Limits usual = Limits.DEFAULT;
        var limits =
                new Limits(
                        size(section, "maxMessageSize", usual.maxMessageSizeBytes()),
                        section.number("maxRecipientsPerMessage")
                                .orElse(usual.maxRecipientsPerMessage()),
                        section.number("maxConnections").orElse(usual.maxConnections()),
                        section.number("maxConnectionsPerSource")
                                .orElse(usual.maxConnectionsPerSource()),
                        section.number("maxHopCount").orElse(usual.maxHopCount()),
                        duration(section, "inactivityTimeout", usual.inactivityTimeout()),
                        conduct(section));
        noteSmallLimits(section, limits);
        return limits;
    }

    private static void noteSmallLimits(Section section, Limits limits) {
        if (limits.maxMessageSizeBytes() < LEAST_MESSAGE_SIZE_BYTES) {
            String text = "senders may count on 64KiB at the least (RFC 5321 §4.5.3.1.7)";
            note(section, "maxMessageSize", text);
        }
        if (limits.maxRecipientsPerMessage() < LEAST_RECIPIENTS) {
            String text = "senders may count on 100 at the least (RFC 5321 §4.5.3.1.8)";
            note(section, "maxRecipientsPerMessage", text);
        }
    }

    private static void note(Section section, String key, String text) {
        section.keyPlace(key).ifPresent(place -> section.problems().note(place, text));
    }
}
