package relay.server.dns;

import java.time.Duration;
import java.util.List;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import relay.core.delivery.Resolver.Security;

/// What the DNS says to one question, CNAMEs followed. `lifetime` is how long it may be kept (RFC
/// 1035 §3.2.1, RFC 2308 §5).
sealed interface DnsAnswer {

    /// At least one record, all of the type that was asked for. `owner` is the name that they stand
    /// under, at the end of any CNAME records; `security` is for all of that.
    record Found(List<Record> records, Duration lifetime, Name owner, Security security)
            implements DnsAnswer {
        public Found {
            records = List.copyOf(records);
        }
    }

    /// The name exists and has no such record (RFC 2308 §2.2).
    record NoData(Duration lifetime) implements DnsAnswer {}

    /// The name does not exist: NXDOMAIN (RFC 2308 §2.1).
    record NoName(Duration lifetime) implements DnsAnswer {}

    /// No answer that can be relied on. `detail` is short, for people.
    record Failed(String detail) implements DnsAnswer {}

    /// How long it may be kept; what failed is not kept at all.
    default Duration keptFor() {
        return switch (this) {
            case Found found -> found.lifetime();
            case NoData(var lifetime) -> lifetime;
            case NoName(var lifetime) -> lifetime;
            case Failed _ -> Duration.ZERO;
        };
    }

    /// The same answer, kept no longer than `limit`.
    default DnsAnswer keptAtMost(Duration limit) {
        return switch (this) {
            case Found(var records, var lifetime, var owner, var security) ->
                    new Found(records, least(lifetime, limit), owner, security);
            case NoData(var lifetime) -> new NoData(least(lifetime, limit));
            case NoName(var lifetime) -> new NoName(least(lifetime, limit));
            case Failed failed -> failed;
        };
    }

    static Duration least(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
