package relay.core.delivery;

import java.net.InetAddress;
import java.util.List;
import relay.core.address.Domain;
import relay.core.tls.Tlsa;

/// Asks the DNS. Blocks until there is an answer or the resolver's time is up; never throws for
/// what the DNS says or fails to say.
public interface Resolver {

    MxAnswer mx(Domain domain);

    /// IPv6 and IPv4 addresses of a host name.
    AddressAnswer addresses(String hostName);

    /// The TLSA records of a host and port (RFC 6698 §3), as far as DNSSEC vouches for them.
    TlsaAnswer tlsa(String hostName, int port);

    /// The TXT records at a name, of each its strings put together.
    TxtAnswer txt(String name);

    /// Whether DNSSEC vouches for an answer, from the root on.
    enum Security {
        SECURE,
        INSECURE
    }

    sealed interface MxAnswer {
        /// At least one record, in no order; CNAMEs have been followed.
        record Hosts(List<MxHost> hosts, Security security) implements MxAnswer {
            public Hosts {
                hosts = List.copyOf(hosts);
            }
        }

        /// The domain exists and has no MX record: the domain itself is the host (RFC 5321 §5.1).
        record NoRecord() implements MxAnswer {}

        /// A single record of preference 0 and host `.`: takes no mail (RFC 7505 §3).
        record NullMx() implements MxAnswer {}

        /// The domain does not exist.
        record NoDomain() implements MxAnswer {}

        /// No answer: a time-out, SERVFAIL, or an answer that makes no sense. Never the same as no
        /// record.
        record Failed(String detail) implements MxAnswer {}
    }

    /// `host` is in lower case with A-labels, without the final dot.
    record MxHost(int preference, String host) {}

    sealed interface TlsaAnswer {
        /// At least one record; DNSSEC vouches for them.
        record Records(List<Tlsa> records) implements TlsaAnswer {
            public Records {
                records = List.copyOf(records);
            }
        }

        /// There is none that DNSSEC vouches for, and that is certain.
        record None() implements TlsaAnswer {}

        /// It cannot be told whether there is one: the host must not be used (RFC 7672 §2.1.1).
        record Failed(String detail) implements TlsaAnswer {}
    }

    sealed interface TxtAnswer {
        /// At least one record, in no order.
        record Records(List<String> texts) implements TxtAnswer {
            public Records {
                texts = List.copyOf(texts);
            }
        }

        /// The name has no TXT record, or does not exist.
        record None() implements TxtAnswer {}

        record Failed(String detail) implements TxtAnswer {}
    }

    sealed interface AddressAnswer {
        /// `tlsaNames` are the names under which the host's TLSA records may stand, the first one
        /// that has some counting; none where DNSSEC does not vouch for the name (RFC 7672
        /// §2.2.2).
        record Addresses(List<InetAddress> addresses, List<String> tlsaNames)
                implements AddressAnswer {
            public Addresses {
                addresses = List.copyOf(addresses);
                tlsaNames = List.copyOf(tlsaNames);
            }
        }

        /// The name has no address, or does not exist.
        record None() implements AddressAnswer {}

        record Failed(String detail) implements AddressAnswer {}
    }
}
