package relay.core.delivery;

import java.net.InetAddress;
import java.util.List;
import relay.core.address.Domain;

/// Asks the DNS. Blocks until there is an answer or the resolver's time is up; never throws for
/// what the DNS says or fails to say.
public interface Resolver {

    MxAnswer mx(Domain domain);

    /// IPv6 and IPv4 addresses of a host name.
    AddressAnswer addresses(String hostName);

    sealed interface MxAnswer {
        /// At least one record, in no order; CNAMEs have been followed.
        record Hosts(List<MxHost> hosts) implements MxAnswer {
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

    sealed interface AddressAnswer {
        record Addresses(List<InetAddress> addresses) implements AddressAnswer {
            public Addresses {
                addresses = List.copyOf(addresses);
            }
        }

        /// The name has no address, or does not exist.
        record None() implements AddressAnswer {}

        record Failed(String detail) implements AddressAnswer {}
    }
}
