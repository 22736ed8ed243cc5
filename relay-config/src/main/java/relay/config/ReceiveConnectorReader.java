package relay.config;

import java.util.List;
import relay.core.address.IpRange;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Authentication;
import relay.core.routing.ReceiveConnector.Binding;
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
                        new ClientCertificateReader(section).read());
        OpenRelayRule.check(section, ranges);
        return new ListeningPoint(connector, bindings, ranges);
    }

    private static Limits limits(Section section) {
        Limits usual = Limits.DEFAULT;
        var limits =
                new Limits(
                        section.parse("maxMessageSize", UnitText::size)
                                .map(Located::value)
                                .orElse(usual.maxMessageSizeBytes()),
                        section.number("maxRecipientsPerMessage")
                                .orElse(usual.maxRecipientsPerMessage()),
                        section.number("maxConnections").orElse(usual.maxConnections()),
                        section.number("maxConnectionsPerSource")
                                .orElse(usual.maxConnectionsPerSource()),
                        section.number("maxHopCount").orElse(usual.maxHopCount()),
                        section.parse("inactivityTimeout", UnitText::duration)
                                .map(Located::value)
                                .orElse(usual.inactivityTimeout()));
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
