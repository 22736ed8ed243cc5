package relay.server.dns;

import static relay.server.dns.ScriptedDns.record;
import static relay.server.dns.ScriptedDns.response;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;
import org.xbill.DNS.hosts.HostsFileParser;
import relay.core.address.Domain;
import relay.core.delivery.Resolver.AddressAnswer;
import relay.core.delivery.Resolver.MxAnswer;
import relay.core.delivery.Resolver.MxHost;
import relay.core.delivery.Resolver.Security;
import relay.server.dns.ScriptedDns.Script;

/// What the tests here share: a scripted server that can be exchanged, a clock that is set by hand,
/// and a resolver that waits a moment only.
@Timeout(30)
abstract class ScriptedDnsTest {
    static final Domain DOMAIN = new Domain("example.org");

    /// Long, so that a busy machine changes nothing; short where nobody answers.
    static final Duration PER_TRY = Duration.ofSeconds(10);

    static final Duration A_MOMENT = Duration.ofMillis(300);
    static final String MX = "example.org 300 MX 10 mx.example.org";
    static final MxAnswer ONE_HOST =
            new MxAnswer.Hosts(List.of(new MxHost(10, "mx.example.org")), Security.INSECURE);

    @TempDir Path folder;
    final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    final InstantSource clock = now::get;
    ScriptedDns server = ScriptedDns.zone("");

    @AfterEach
    void closeServer() {
        server.close();
    }

    DnsResolver zone(String zone) {
        server.close();
        server = ScriptedDns.zone(zone);
        return resolver(List.of(server.address()));
    }

    DnsResolver scripted(Script script) {
        server = replaced(script);
        return resolver(List.of(server.address()));
    }

    ScriptedDns replaced(Script script) {
        server.close();
        return new ScriptedDns(script);
    }

    DnsResolver resolver(List<InetSocketAddress> servers) {
        return new DnsResolver(lookup(servers), new HostsFileParser(folder.resolve("none")));
    }

    DnsResolver impatient(Script script) {
        server = replaced(script);
        var servers = DnsServers.at(List.of(server.address()), A_MOMENT);
        var lookup = new DnsLookup(servers, new DnsCache(100, clock), Duration.ofSeconds(10));
        return new DnsResolver(lookup, new HostsFileParser(folder.resolve("none")));
    }

    DnsLookup lookup(List<InetSocketAddress> servers) {
        return new DnsLookup(
                DnsServers.at(servers, PER_TRY), new DnsCache(100, clock), Duration.ofSeconds(25));
    }

    static List<MxHost> hosts(MxAnswer answer) {
        return answer instanceof MxAnswer.Hosts found ? found.hosts() : List.of();
    }

    static AddressAnswer addresses(String... addresses) {
        return new AddressAnswer.Addresses(
                Stream.of(addresses).map(InetAddress::ofLiteral).toList(), List.of());
    }

    static String question(Message query) {
        return query.getQuestion().getName()
                + " "
                + org.xbill.DNS.Type.string(query.getQuestion().getType());
    }

    static org.xbill.DNS.Name name(String text) {
        return record(text + " 1 A 192.0.2.1").getName();
    }

    static Message withCode(Message query, int code) {
        Message response = response(query);
        response.getHeader().setRcode(code);
        return response;
    }

    static Message with(Message message, byte flag) {
        message.getHeader().setFlag(flag);
        return message;
    }

    static Message without(Message message, byte flag) {
        message.getHeader().unsetFlag(flag);
        return message;
    }

    static Message withId(Message message, int id) {
        message.getHeader().setID(id & 0xffff);
        return message;
    }

    static Message withSoa(Message message) {
        message.addRecord(
                record("example 86400 SOA ns.example. root.example. 1 1 1 1 86400"),
                Section.AUTHORITY);
        return message;
    }

    static Message referral(Message query) {
        Message response = response(query);
        response.addRecord(record("org 300 NS ns.example"), Section.AUTHORITY);
        return response;
    }

    static Message otherQuestion(Message query) {
        var response = new Message(query.getHeader().getID());
        response.getHeader().setFlag(Flags.QR);
        response.getHeader().setFlag(Flags.RA);
        response.addRecord(record("example.org 0 A 0.0.0.0"), Section.QUESTION);
        response.addRecord(record(MX), Section.ANSWER);
        return response;
    }
}
