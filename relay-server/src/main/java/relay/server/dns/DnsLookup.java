package relay.server.dns;

import java.time.Duration;
import org.xbill.DNS.Name;
import relay.server.dns.DnsServers.Deadline;
import relay.server.dns.DnsServers.Exchange;

/// Answers one question: from the cache, else from the servers, following CNAME records from answer
/// to answer. Thread-safe; blocks for at most `overall`.
record DnsLookup(DnsServers servers, DnsCache cache, Duration overall) {

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
        while (true) {
            switch (servers.ask(trail.last(), type, deadline)) {
                case Exchange.Unanswered(var detail) -> {
                    return new DnsAnswer.Failed(detail);
                }
                case Exchange.Answered(var response) -> {
                    switch (Judgement.of(response, type, trail)) {
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
