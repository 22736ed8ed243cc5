package relay.server.sts;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import relay.core.address.Domain;
import relay.core.delivery.Resolver;

/// A DNS in which every host is this machine; TXT records are plain data.
final class PolicyDns implements Resolver {
    final Map<String, List<String>> texts = new ConcurrentHashMap<>();

    /// What `_mta-sts.` of the domain says.
    void publish(String domain, String... records) {
        texts.put("_mta-sts." + domain, List.of(records));
    }

    void withdraw(String domain) {
        texts.remove("_mta-sts." + domain);
    }

    @Override
    public AddressAnswer addresses(String hostName) {
        return hostName.contains("nowhere")
                ? new AddressAnswer.None()
                : new AddressAnswer.Addresses(List.of(InetAddress.getLoopbackAddress()), List.of());
    }

    @Override
    public TxtAnswer txt(String name) {
        List<String> found = texts.getOrDefault(name, List.of());
        return found.isEmpty() ? new TxtAnswer.None() : new TxtAnswer.Records(found);
    }

    @Override
    public MxAnswer mx(Domain domain) {
        return new MxAnswer.NoRecord();
    }

    @Override
    public TlsaAnswer tlsa(String hostName, int port) {
        return new TlsaAnswer.None();
    }
}
