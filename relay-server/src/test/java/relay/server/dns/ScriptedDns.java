package relay.server.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// A DNS server on a loopback port, by UDP and TCP, that answers by a script. Silence is an empty
/// list; what it heard is kept as `UDP example.org. MX`, with `+EDNS` where the query had it.
public final class ScriptedDns implements AutoCloseable {
    enum Transport {
        UDP,
        TCP
    }

    /// What is sent back for a query.
    interface Script extends BiFunction<Message, Transport, List<Message>> {}

    final List<String> heard = new CopyOnWriteArrayList<>();
    private final Script script;
    private final DatagramSocket udp;
    private final ServerSocket tcp;

    ScriptedDns(Script script) {
        this.script = script;
        try {
            InetAddress loopback = InetAddress.getLoopbackAddress();
            this.tcp = new ServerSocket(0, 50, loopback);
            this.udp = new DatagramSocket(tcp.getLocalPort(), loopback);
        } catch (IOException trouble) {
            throw new UncheckedIOException(trouble);
        }
        Thread.startVirtualThread(this::serveUdp);
        Thread.startVirtualThread(this::serveTcp);
    }

    /// Answers each question with the records of `zone` (`name ttl type value`, a line each) that
    /// have its name, CNAMEs followed as far as the zone goes; NXDOMAIN where there is no such
    /// name.
    public static ScriptedDns zone(String zone) {
        List<Record> records = records(zone);
        return new ScriptedDns((query, _) -> List.of(fromZone(query, records)));
    }

    private static Message fromZone(Message query, List<Record> zone) {
        Message response = response(query);
        Name name = query.getQuestion().getName();
        boolean exists = false;
        for (Record record : zone) {
            if (!record.getName().equals(name)) continue;
            exists = true;
            if (record.getType() == query.getQuestion().getType()
                    || record.getType() == Type.CNAME) {
                response.addRecord(record, Section.ANSWER);
            }
        }
        if (!exists) response.getHeader().setRcode(Rcode.NXDOMAIN);
        return response;
    }

    /// A response to `query` with nothing in it yet, from a server that does recursion.
    static Message response(Message query) {
        var response = new Message(query.getHeader().getID());
        response.getHeader().setFlag(Flags.QR);
        response.getHeader().setFlag(Flags.RD);
        response.getHeader().setFlag(Flags.RA);
        response.addRecord(query.getQuestion(), Section.QUESTION);
        return response;
    }

    static Message response(Message query, String answers) {
        Message response = response(query);
        records(answers).forEach(record -> response.addRecord(record, Section.ANSWER));
        return response;
    }

    static List<Record> records(String zone) {
        return zone.lines().filter(line -> !line.isBlank()).map(ScriptedDns::record).toList();
    }

    static Record record(String line) {
        String[] words = line.strip().split(" +", 4);
        try {
            return Record.fromString(
                    Name.fromString(words[0], Name.root),
                    Type.value(words[2]),
                    DClass.IN,
                    Long.parseLong(words[1]),
                    words[3],
                    Name.root);
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) udp.getLocalSocketAddress();
    }

    private List<Message> answers(byte[] wire, Transport transport) throws IOException {
        var query = new Message(wire);
        String edns = query.getOPT() == null ? "" : " +EDNS";
        heard.add(
                transport
                        + " "
                        + query.getQuestion().getName()
                        + " "
                        + Type.string(query.getQuestion().getType())
                        + edns);
        return script.apply(query, transport);
    }

    private void serveUdp() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[4096], 4096);
                udp.receive(packet);
                byte[] wire = java.util.Arrays.copyOf(packet.getData(), packet.getLength());
                for (Message answer : answers(wire, Transport.UDP)) {
                    byte[] out = answer.toWire();
                    udp.send(new DatagramPacket(out, out.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException _) {
            // Closed: the test is over.
        }
    }

    private void serveTcp() {
        try {
            while (true) {
                Socket client = tcp.accept();
                Thread.startVirtualThread(() -> converse(client));
            }
        } catch (IOException _) {
            // Closed: the test is over.
        }
    }

    private void converse(Socket client) {
        try (client;
                var in = new DataInputStream(client.getInputStream());
                var out = new DataOutputStream(client.getOutputStream())) {
            while (true) {
                byte[] wire = in.readNBytes(in.readUnsignedShort());
                for (Message answer : answers(wire, Transport.TCP)) {
                    byte[] bytes = answer.toWire();
                    out.writeShort(bytes.length);
                    out.write(bytes);
                    out.flush();
                }
            }
        } catch (IOException _) {
            // The client has hung up.
        }
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
        } catch (IOException trouble) {
            throw new UncheckedIOException(trouble);
        }
    }
}
