package relay.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import relay.core.address.IpRange;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Authentication;
import relay.core.routing.ReceiveConnector.BareLineFeed;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.ReceiveConnector.Conduct;
import relay.core.routing.ReceiveConnector.Limits;
import relay.core.routing.ReceiveConnector.RequireTls;

/// Reads one entry of `receiveConnectors`.
final class ReceiveConnectorReader {
    /// What every server takes at the least (RFC 5321 §4.5.3.1.7, §4.5.3.1.8).
    private static final long LEAST_MESSAGE_SIZE_BYTES = 64 << 10;

    private static final int LEAST_RECIPIENTS = 100;
    private static final Map<String, BareLineFeed> LINE_FEEDS =
            Map.of("reject", BareLineFeed.REJECT, "repair", BareLineFeed.REPAIR);

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
                        values(ranges),
                        requireTls ? RequireTls.YES : RequireTls.NO,
                        section.section("authentication")
                                .map(UsersReader::read)
                                .orElse(Authentication.NONE),
                        limits(section),
                        new ClientCertificateReader(section).read(),
                        values(trusted(section, "proxyProtocol")),
                        xclients(section, ranges),
                        section.word("bareLineFeed", LINE_FEEDS)
                                .map(Located::value)
                                .orElse(BareLineFeed.REJECT));
        OpenRelayRule.check(section, ranges);
        return new ListeningPoint(connector, bindings, ranges);
    }

    /// Who may name the client that it speaks for, by what `key` stands for.
    private static List<Located<IpRange>> trusted(Section section, String key) {
        List<Located<IpRange>> trusted =
                section.section(key).stream()
                        .flatMap(said -> said.parseEach("from", AddressText::range).stream())
                        .toList();
        OpenRelayRule.checkProxies(trusted, section.problems());
        return trusted;
    }

    /// Unlike a proxy, who speaks XCLIENT is a client first.
    private static List<IpRange> xclients(Section section, List<Located<IpRange>> letIn) {
        List<Located<IpRange>> hosts = trusted(section, "xclient");
        for (Located<IpRange> host : hosts) {
            if (letIn.stream().anyMatch(range -> range.value().overlaps(host.value()))) continue;
            String what = Quoted.of(host.written()) + " is in none of the `remoteIpRanges`";
            String hint = "who speaks XCLIENT is a client of this connector first: add it there";
            section.problems().error(host.place(), what, hint);
        }
        return values(hosts);
    }

    private static List<IpRange> values(List<Located<IpRange>> ranges) {
        return ranges.stream().map(Located::value).toList();
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
