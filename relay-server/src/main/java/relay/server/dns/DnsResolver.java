package relay.server.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.hosts.HostsFileParser;
import relay.core.address.Domain;
import relay.core.delivery.Resolver;
import relay.core.tls.Tlsa;

/// Asks the DNS for mail hosts and addresses, with a cache of its own. Addresses are looked for in
/// the machine's hosts file first.
///
/// Any number of threads may share it; each call blocks its thread, which may be virtual, for at
/// most 15 seconds.
public final class DnsResolver implements Resolver {
    private static final Duration PER_LOOK_UP = Duration.ofSeconds(15);

    private final DnsLookup lookup;
    private final HostsFileParser hostsFile;

    DnsResolver(DnsLookup lookup, HostsFileParser hostsFile) {
        this.lookup = lookup;
        this.hostsFile = hostsFile;
    }

    static DnsResolver of(DnsSource source, DnsCache cache) {
        return new DnsResolver(new DnsLookup(source, cache, PER_LOOK_UP), new HostsFileParser());
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
            case DnsAnswer.Found found -> mxHosts(found.records(), found.security());
        };
    }

    private static MxAnswer mxHosts(List<Record> records, Security security) {
        if (records.size() == 1 && ((MXRecord) records.getFirst()).getTarget().equals(Name.root)) {
            return new MxAnswer.NullMx();
        }
        List<MxHost> hosts = records.stream().flatMap(DnsResolver::mxHost).toList();
        return hosts.isEmpty()
                ? new MxAnswer.Failed("no MX record has the name of a host")
                : new MxAnswer.Hosts(hosts, security);
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
        // What the machine's owner wrote there is not the DNS, so nothing published there holds.
        if (!local.isEmpty()) return new AddressAnswer.Addresses(local, List.of());
        var ipv6 =
                CompletableFuture.supplyAsync(
                        () -> lookup.of(name, Type.AAAA), Thread::startVirtualThread);
        DnsAnswer ipv4 = lookup.of(name, Type.A);
        return addressAnswer(name, List.of(ipv6.join(), ipv4));
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
    private AddressAnswer addressAnswer(Name name, List<DnsAnswer> answers) {
        List<InetAddress> addresses =
                answers.stream()
                        .flatMap(DnsResolver::found)
                        .flatMap(found -> found.records().stream())
                        .map(DnsResolver::address)
                        .toList();
        if (!addresses.isEmpty()) {
            List<DnsAnswer.Found> found = answers.stream().flatMap(DnsResolver::found).toList();
            return new AddressAnswer.Addresses(addresses, tlsaNames(name, found));
        }
        return answers.stream()
                .flatMap(DnsResolver::failure)
                .findFirst()
                .<AddressAnswer>map(AddressAnswer.Failed::new)
                .orElseGet(AddressAnswer.None::new);
    }

    /// RFC 7672 §2.2.2: the name at the end of secure CNAME records, then the one they started
    /// from. Where they lead to an unsigned zone, the first name counts if it is itself signed.
    private List<String> tlsaNames(Name asked, List<DnsAnswer.Found> answers) {
        Name owner = answers.getFirst().owner();
        boolean secure = answers.stream().allMatch(found -> found.security() == Security.SECURE);
        if (secure) {
            return Stream.of(owner, asked).distinct().map(DnsResolver::hostName).toList();
        }
        boolean alias = !owner.equals(asked);
        boolean aliasIsSecure =
                alias
                        && lookup.of(asked, Type.CNAME) instanceof DnsAnswer.Found cname
                        && cname.security() == Security.SECURE;
        return aliasIsSecure ? List.of(hostName(asked)) : List.of();
    }

    private static String hostName(Name name) {
        return name.toString(true).toLowerCase(Locale.ROOT);
    }

    @Override
    public TlsaAnswer tlsa(String hostName, int port) {
        return name("_" + port + "._tcp." + hostName)
                .map(name -> lookup.of(name, Type.TLSA))
                .map(DnsResolver::tlsaAnswer)
                .orElseGet(TlsaAnswer.None::new);
    }

    private static TlsaAnswer tlsaAnswer(DnsAnswer answer) {
        return switch (answer) {
            case DnsAnswer.Failed(var detail) -> new TlsaAnswer.Failed(detail);
            case DnsAnswer.NoData _, DnsAnswer.NoName _ -> new TlsaAnswer.None();
            case DnsAnswer.Found found when found.security() == Security.INSECURE ->
                    new TlsaAnswer.None();
            case DnsAnswer.Found found ->
                    new TlsaAnswer.Records(
                            found.records().stream().map(DnsResolver::tlsaRecord).toList());
        };
    }

    @Override
    public TxtAnswer txt(String text) {
        return name(text)
                .map(name -> lookup.of(name, Type.TXT))
                .map(DnsResolver::txtAnswer)
                .orElseGet(TxtAnswer.None::new);
    }

    private static TxtAnswer txtAnswer(DnsAnswer answer) {
        return switch (answer) {
            case DnsAnswer.Failed(var detail) -> new TxtAnswer.Failed(detail);
            case DnsAnswer.NoData _, DnsAnswer.NoName _ -> new TxtAnswer.None();
            case DnsAnswer.Found found ->
                    new TxtAnswer.Records(
                            found.records().stream().map(DnsResolver::joined).toList());
        };
    }

    private static String joined(Record record) {
        return ((TXTRecord) record)
                .getStringsAsByteArrays().stream()
                        .map(part -> new String(part, StandardCharsets.UTF_8))
                        .collect(Collectors.joining());
    }

    private static Tlsa tlsaRecord(Record record) {
        var tlsa = (TLSARecord) record;
        return new Tlsa(
                tlsa.getCertificateUsage(),
                tlsa.getSelector(),
                tlsa.getMatchingType(),
                HexFormat.of().formatHex(tlsa.getCertificateAssociationData()));
    }

    private static Stream<DnsAnswer.Found> found(DnsAnswer answer) {
        return answer instanceof DnsAnswer.Found found ? Stream.of(found) : Stream.of();
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
