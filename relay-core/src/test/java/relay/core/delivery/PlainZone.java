package relay.core.delivery;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import relay.core.address.Domain;
import relay.core.tls.Tlsa;

/// A DNS that is plain text, a record a line: `example.org MX 10 mx.example.org`. `FAIL` in place
/// of the value makes that look-up fail. A name that no line begins with does not exist. DNSSEC
/// vouches for what stands in a line that ends in `secure`.
record PlainZone(List<String[]> records) implements Resolver {

    static PlainZone of(String text) {
        return new PlainZone(
                text.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .map(line -> line.split(" +"))
                        .toList());
    }

    @Override
    public MxAnswer mx(Domain domain) {
        var hosts = new ArrayList<MxHost>();
        for (String[] mx : of(domain.name(), "MX")) {
            if (mx[2].equals("FAIL")) return new MxAnswer.Failed("SERVFAIL");
            if (mx[3].equals(".")) return new MxAnswer.NullMx();
            hosts.add(new MxHost(Integer.parseInt(mx[2]), mx[3]));
        }
        if (!hosts.isEmpty()) return new MxAnswer.Hosts(hosts, security(domain.name(), "MX"));
        boolean exists = records.stream().anyMatch(line -> line[0].equals(domain.name()));
        return exists ? new MxAnswer.NoRecord() : new MxAnswer.NoDomain();
    }

    @Override
    public AddressAnswer addresses(String hostName) {
        var addresses = new ArrayList<InetAddress>();
        for (String[] record : of(hostName, "A")) {
            if (record[2].equals("FAIL")) return new AddressAnswer.Failed("SERVFAIL");
            addresses.add(InetAddress.ofLiteral(record[2]));
        }
        return addresses.isEmpty()
                ? new AddressAnswer.None()
                : new AddressAnswer.Addresses(
                        addresses,
                        security(hostName, "A") == Security.SECURE ? List.of(hostName) : List.of());
    }

    @Override
    public TlsaAnswer tlsa(String hostName, int port) {
        String name = "_" + port + "._tcp." + hostName;
        var found = new ArrayList<Tlsa>();
        for (String[] tlsa : of(name, "TLSA")) {
            if (tlsa[2].equals("FAIL")) return new TlsaAnswer.Failed("SERVFAIL");
            found.add(
                    new Tlsa(
                            Integer.parseInt(tlsa[2]),
                            Integer.parseInt(tlsa[3]),
                            Integer.parseInt(tlsa[4]),
                            tlsa[5]));
        }
        return found.isEmpty() || security(name, "TLSA") == Security.INSECURE
                ? new TlsaAnswer.None()
                : new TlsaAnswer.Records(found);
    }

    @Override
    public TxtAnswer txt(String name) {
        var texts = new ArrayList<String>();
        for (String[] txt : of(name, "TXT")) {
            if (txt[2].equals("FAIL")) return new TxtAnswer.Failed("SERVFAIL");
            texts.add(String.join(" ", List.of(txt).subList(2, txt.length)));
        }
        return texts.isEmpty() ? new TxtAnswer.None() : new TxtAnswer.Records(texts);
    }

    private Security security(String name, String type) {
        List<String[]> lines = of(name, type);
        boolean secure =
                !lines.isEmpty()
                        && lines.stream().allMatch(line -> line[line.length - 1].equals("secure"));
        return secure ? Security.SECURE : Security.INSECURE;
    }

    private List<String[]> of(String name, String type) {
        return records.stream()
                .filter(line -> line[0].equals(name) && line[1].equals(type))
                .toList();
    }
}
