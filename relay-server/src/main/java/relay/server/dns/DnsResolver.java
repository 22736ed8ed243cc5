package relay.server.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.hosts.HostsFileParser;
import relay.core.address.Domain;
import relay.core.delivery.Resolver;

/// Asks the DNS for mail hosts and addresses, with a cache of its own. Addresses are looked for in
/// the machine's hosts file first.
///
/// Any number of threads may share it; each call blocks its thread, which may be virtual, for at
/// most 15 seconds.
public final class DnsResolver implements Resolver {
    private static final Duration PER_TRY = Duration.ofSeconds(5);
    private static final Duration PER_LOOK_UP = Duration.ofSeconds(15);
    private static final int MAX_CACHED_ANSWERS = 20_000;

    private final DnsLookup lookup;
    private final HostsFileParser hostsFile;

    DnsResolver(DnsLookup lookup, HostsFileParser hostsFile) {
        this.lookup = lookup;
        this.hostsFile = hostsFile;
    }

    /// `servers` are resolvers that do recursion, in the order to ask them; where there is none,
    /// the machine's are taken as they are configured now.
    public static DnsResolver of(List<InetSocketAddress> servers, InstantSource clock) {
        List<InetSocketAddress> asked =
                servers.isEmpty() ? new ResolverConfig().servers() : servers;
        var cache = new DnsCache(MAX_CACHED_ANSWERS, clock);
        var lookup = new DnsLookup(DnsServers.at(asked, PER_TRY), cache, PER_LOOK_UP);
        return new DnsResolver(lookup, new HostsFileParser());
    }

    @Override
    public MxAnswer mx(Domain domain) {
        return name(domain.name())
                .map(name -> lookup.of(name, Type.MX))
                .map(DnsResolver::mxAnswer)
                .orElseGet(() -> new MxAnswer.Failed("not a name that the DNS can have"));
    }

    private static MxAnswer mxAnswer(DnsAnswer answer) {
        return switch (answer) {
            case DnsAnswer.NoData _ -> new MxAnswer.NoRecord();
            case DnsAnswer.NoName _ -> new MxAnswer.NoDomain();
            case DnsAnswer.Failed(var detail) -> new MxAnswer.Failed(detail);
            case DnsAnswer.Found(var records, _) -> mxHosts(records);
        };
    }

    private static MxAnswer mxHosts(List<Record> records) {
        if (records.size() == 1 && ((MXRecord) records.getFirst()).getTarget().equals(Name.root)) {
            return new MxAnswer.NullMx();
        }
        List<MxHost> hosts = records.stream().flatMap(DnsResolver::mxHost).toList();
        return hosts.isEmpty()
                ? new MxAnswer.Failed("no MX record has the name of a host")
                : new MxAnswer.Hosts(hosts);
    }

    /// Nothing where the record's host is not a name that a host can have.
    private static Stream<MxHost> mxHost(Record record) {
        var mx = (MXRecord) record;
        return Domain.parse(mx.getTarget().toString(true))
                .filter(host -> !host.isAddressLiteral())
                .map(host -> new MxHost(mx.getPriority(), host.name()))
                .stream();
    }

    @Override
    public AddressAnswer addresses(String hostName) {
        return name(hostName)
                .map(this::addresses)
                .orElseGet(() -> new AddressAnswer.Failed("not a name that the DNS can have"));
    }

    private AddressAnswer addresses(Name name) {
        List<InetAddress> local =
                Stream.of(Type.AAAA, Type.A).flatMap(type -> inHostsFile(name, type)).toList();
        if (!local.isEmpty()) return new AddressAnswer.Addresses(local);
        var ipv6 =
                CompletableFuture.supplyAsync(
                        () -> lookup.of(name, Type.AAAA), Thread::startVirtualThread);
        DnsAnswer ipv4 = lookup.of(name, Type.A);
        return addressAnswer(List.of(ipv6.join(), ipv4));
    }

    private Stream<InetAddress> inHostsFile(Name name, int type) {
        try {
            return hostsFile.getAddressForHost(name, type).stream();
        } catch (IOException _) {
            // A hosts file that cannot be read says nothing; the DNS is asked.
            return Stream.of();
        }
    }

    /// One family's addresses are enough, whatever became of the other.
    private static AddressAnswer addressAnswer(List<DnsAnswer> answers) {
        List<InetAddress> addresses = answers.stream().flatMap(DnsResolver::found).toList();
        if (!addresses.isEmpty()) return new AddressAnswer.Addresses(addresses);
        return answers.stream()
                .flatMap(DnsResolver::failure)
                .findFirst()
                .<AddressAnswer>map(AddressAnswer.Failed::new)
                .orElseGet(AddressAnswer.None::new);
    }

    private static Stream<InetAddress> found(DnsAnswer answer) {
        return answer instanceof DnsAnswer.Found(var records, _)
                ? records.stream().map(DnsResolver::address)
                : Stream.of();
    }

    private static Stream<String> failure(DnsAnswer answer) {
        return answer instanceof DnsAnswer.Failed(var detail) ? Stream.of(detail) : Stream.of();
    }

    private static InetAddress address(Record record) {
        return record instanceof AAAARecord ipv6
                ? ipv6.getAddress()
                : ((ARecord) record).getAddress();
    }

    private static Optional<Name> name(String text) {
        try {
            return Optional.of(Name.fromString(text, Name.root));
        } catch (TextParseException _) {
            return Optional.empty();
        }
    }
}
