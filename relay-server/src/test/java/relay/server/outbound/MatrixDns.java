package relay.server.outbound;

import java.net.InetAddress;
import java.util.List;
import relay.core.address.Domain;
import relay.core.delivery.Resolver;

/// A DNS that knows one host on this machine: whether DNSSEC vouches for its address, and what
/// there is of TLSA records.
record MatrixDns(Security address, TlsaAnswer tlsa) implements Resolver {

    @Override
    public MxAnswer mx(Domain domain) {
        return new MxAnswer.NoDomain();
    }

    @Override
    public AddressAnswer addresses(String hostName) {
        List<String> names =
                switch (address) {
                    case SECURE -> List.of(hostName);
                    case INSECURE -> List.of();
                };
        return new AddressAnswer.Addresses(List.of(InetAddress.getLoopbackAddress()), names);
    }

    @Override
    public TlsaAnswer tlsa(String hostName, int port) {
        return tlsa;
    }

    @Override
    public TxtAnswer txt(String name) {
        return new TxtAnswer.None();
    }
}
