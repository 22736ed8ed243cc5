package relay.core.delivery;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import relay.core.address.Domain;

/// A DNS that is plain text, a record a line: `example.org MX 10 mx.example.org`. `FAIL` in place
/// of the value makes that look-up fail. A name that no line begins with does not exist.
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
        if (!hosts.isEmpty()) return new MxAnswer.Hosts(hosts);
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
                : new AddressAnswer.Addresses(addresses);
    }

    private List<String[]> of(String name, String type) {
        return records.stream()
                .filter(line -> line[0].equals(name) && line[1].equals(type))
                .toList();
    }
}
