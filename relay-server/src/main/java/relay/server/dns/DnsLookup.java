package relay.server.dns;

import java.time.Duration;
import org.xbill.DNS.Name;
import relay.core.delivery.Resolver.Security;
import relay.server.dns.DnsSource.Deadline;
import relay.server.dns.DnsSource.Exchange;

/// Answers one question: from the cache, else from the servers, following CNAME records from answer
/// to answer. Thread-safe; blocks for at most `overall`.
record DnsLookup(DnsSource source, DnsCache cache, Duration overall) {

    DnsAnswer of(Name name, int type) {
        return cache.get(name, type).orElseGet(() -> ask(name, type));
    }

    private DnsAnswer ask(Name name, int type) {
        DnsAnswer answer = follow(new CnameTrail(name), type, Deadline.in(overall));
        cache.put(name, type, answer);
        return answer;
    }

    // Ends because the trail takes only so many names.
    private DnsAnswer follow(CnameTrail trail, int type, Deadline deadline) {
        Duration lifetime = Judgement.MAX_LIFETIME;
        Security all = Security.SECURE;
        while (true) {
            switch (source.ask(trail.last(), type, deadline)) {
                case Exchange.Unanswered(var detail) -> {
                    return new DnsAnswer.Failed(detail);
                }
                case Exchange.Answered(var response, var security) -> {
                    if (security == Security.INSECURE) all = security;
                    switch (Judgement.of(response, all, type, trail)) {
                        case Judgement.Settled(var answer) -> {
                            return answer.keptAtMost(lifetime);
                        }
                        case Judgement.LedOn(var ofAliases) ->
                                lifetime = DnsAnswer.least(lifetime, ofAliases);
                    }
                }
            }
        }
    }
}
