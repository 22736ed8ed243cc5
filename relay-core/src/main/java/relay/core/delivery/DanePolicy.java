package relay.core.delivery;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import relay.core.delivery.Resolver.TlsaAnswer;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.smtp.EnhancedStatus;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsDemand.DaneMatch;
import relay.core.tls.TlsDemand.Encryption;
import relay.core.tls.TlsDemand.Source;
import relay.core.tls.Tlsa;

/// What a host's owner demands by TLSA records that DNSSEC vouches for (RFC 7672): where there are
/// some, TLS; where some can be used, a certificate that fits them. Asks the resolver, so it
/// blocks. Any number of threads may share it.
public record DanePolicy(Resolvers resolvers) implements DemandSource {
    private static final Source SOURCE = new Source(Source.Kind.DANE, "");

    /// One DNS for all.
    public DanePolicy(Resolver resolver) {
        this(Resolvers.all(resolver));
    }

    @Override
    public Answer ask(Target target) {
        Resolver resolver = resolvers.of(target.connector());
        for (String name : target.dns().tlsaNames()) {
            switch (resolver.tlsa(name, target.dns().port())) {
                case TlsaAnswer.Records(var records) -> {
                    return new Answer.Demands(List.of(demand(name, records, target)));
                }
                case TlsaAnswer.Failed(var detail) -> {
                    return new Answer.NotNow(failed(name, target.dns().port(), detail));
                }
                case TlsaAnswer.None _ -> {}
            }
        }
        return Answer.NOTHING;
    }

    /// With records of which none can be used there is nothing to compare a certificate with, but
    /// the owner said that the host has TLS (RFC 7672 §2.2).
    private static TlsDemand demand(String name, List<Tlsa> records, Target target) {
        List<Tlsa> effective = Tlsa.effective(records);
        if (effective.isEmpty()) return new Encryption(SOURCE);
        Set<String> names = new HashSet<>(target.dns().otherNames());
        names.add(name);
        return new DaneMatch(SOURCE, name, effective, names);
    }

    /// An attacker who can keep the answer away must not win anything by it (RFC 7672 §2.1.1).
    private static Diagnostic failed(String name, int port, String detail) {
        String text = "the TLSA look-up of _" + port + "._tcp." + name + " failed: " + detail;
        return Diagnostic.of(Reason.DNS, new EnhancedStatus(4, 7, 5), text, name);
    }
}
