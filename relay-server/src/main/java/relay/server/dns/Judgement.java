package relay.server.dns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import relay.core.delivery.Resolver.Security;

/// What one response means. It is read with suspicion: only what answers the question counts, and
/// "there is none" must be said as such, since a relay that believes it takes other hosts, or gives
/// up.
sealed interface Judgement {

    /// It settles the question.
    record Settled(DnsAnswer answer) implements Judgement {}

    /// It leads to another name, now the last of the trail, and that has to be asked for.
    record LedOn(Duration lifetime) implements Judgement {}

    /// The longest that anything is kept, so that a partner's mistake does not last a day here.
    Duration MAX_LIFETIME = Duration.ofHours(1);

    /// The longest that an absence is kept.
    Duration MAX_NEGATIVE_LIFETIME = Duration.ofMinutes(5);

    /// Why another server should be asked instead; empty where this one has done its work.
    static Optional<String> fault(Message response) {
        int code = response.getRcode();
        if (!has(response, Flags.QR)) return Optional.of("not a response");
        if (has(response, Flags.TC)) return Optional.of("a truncated response");
        if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) {
            return Optional.of(Rcode.string(code));
        }
        // Such a server's "nothing" only means that it does not know (RFC 2308 §2.2).
        boolean knows = has(response, Flags.AA) || has(response, Flags.RA);
        return knows && !isReferral(response)
                ? Optional.empty()
                : Optional.of("a server that does no recursion");
    }

    /// The meaning of a response without fault to a question for the last name of `trail`, to which
    /// the names are added that it leads on to.
    static Judgement of(Message response, Security security, int type, CnameTrail trail) {
        List<Record> section = response.getSection(Section.ANSWER);
        var used = new ArrayList<Record>();
        List<Record> records = named(section, trail.last(), type);
        List<Record> aliases = named(section, trail.last(), Type.CNAME);
        while (records.isEmpty() && !aliases.isEmpty()) {
            if (aliases.size() > 1) return failed("several CNAME records of one name");
            Optional<String> wrong = trail.follow(((CNAMERecord) aliases.getFirst()).getTarget());
            if (wrong.isPresent()) return failed(wrong.get());
            used.addAll(aliases);
            records = named(section, trail.last(), type);
            aliases = named(section, trail.last(), Type.CNAME);
        }
        if (!records.isEmpty()) {
            used.addAll(records);
            return new Settled(
                    new DnsAnswer.Found(records, lifetime(used), trail.last(), security));
        }
        return nothing(response, used);
    }

    /// `aliases` are the CNAME records of the response that lead to the name without an answer.
    private static Judgement nothing(Message response, List<Record> aliases) {
        boolean strangers = aliases.isEmpty() && !response.getSection(Section.ANSWER).isEmpty();
        if (strangers) return failed("an answer to another question");
        if (response.getRcode() == Rcode.NXDOMAIN) {
            return new Settled(new DnsAnswer.NoName(negativeLifetime(response)));
        }
        return aliases.isEmpty()
                ? new Settled(new DnsAnswer.NoData(negativeLifetime(response)))
                : new LedOn(lifetime(aliases));
    }

    private static List<Record> named(List<Record> section, Name name, int type) {
        return section.stream()
                .filter(record ->
                        record.getType() == type
                                && record.getDClass() == DClass.IN
                                && record.getName().equals(name))
                .toList();
    }

    private static boolean isReferral(Message response) {
        List<Record> authority = response.getSection(Section.AUTHORITY);
        return response.getRcode() == Rcode.NOERROR
                && response.getSection(Section.ANSWER).isEmpty()
                && authority.stream().anyMatch(record -> record.getType() == Type.NS)
                && authority.stream().noneMatch(record -> record.getType() == Type.SOA);
    }

    private static boolean has(Message response, byte flag) {
        return response.getHeader().getFlag(flag);
    }

    private static Judgement failed(String detail) {
        return new Settled(new DnsAnswer.Failed(detail));
    }

    private static Duration lifetime(List<Record> records) {
        long seconds = records.stream().mapToLong(Record::getTTL).min().orElse(0);
        return DnsAnswer.least(Duration.ofSeconds(seconds), MAX_LIFETIME);
    }

    /// RFC 2308 §5: the lesser of the SOA record's own lifetime and its MINIMUM.
    private static Duration negativeLifetime(Message response) {
        long seconds =
                response.getSection(Section.AUTHORITY).stream()
                        .filter(SOARecord.class::isInstance)
                        .map(SOARecord.class::cast)
                        .mapToLong(soa -> Math.min(soa.getTTL(), soa.getMinimum()))
                        .min()
                        .orElse(0);
        return DnsAnswer.least(Duration.ofSeconds(seconds), MAX_NEGATIVE_LIFETIME);
    }
}
