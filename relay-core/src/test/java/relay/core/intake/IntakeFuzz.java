package relay.core.intake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import relay.core.address.Mailbox;
import relay.core.fuzz.Claim;
import relay.core.queue.QueueEntry;
import relay.core.smtp.MailboxSyntax;

/// Fuzz target: one client's whole connection, framing, parser and session together.
///
/// The first octet chooses the connector's rules, the second how many octets come at once in the
/// second of two runs. Of the rest 0xFF ends a packet (and is the handshake where that is due), and
/// 0xFE with a letter is what does not come from the client: `t` silence, `s` a shutdown, `p` its
/// end, `f` a store that fails from now on.
public final class IntakeFuzz {
    private static final int PACKET_END = 0xFF;
    private static final int EVENT = 0xFE;
    private static final int MAX_REPLY_LINE_OCTETS = 510;
    private static final int MAX_INPUT_OCTETS = 1 << 16;
    private static final Pattern REPLY_LINE = Pattern.compile("[2-5][0-9][0-9][ -][ -~]*");
    private static final Pattern CHUNK =
            Pattern.compile("(?i)bdat +([0-9]{1,7})(?: +last)?[ \t]*\r\n");

    /// For each bit of the first octet.
    private static final List<List<String>> RULES =
            List.of(
                    List.of("requireTls"),
                    List.of("auth"),
                    List.of("authRequired"),
                    List.of("implicitTls"),
                    List.of("maxMessageSize=200", "maxRecipients=2"),
                    List.of("maxLine=40", "maxHeaderSize=60"),
                    List.of("maxCommands=12", "maxMessages=2"),
                    List.of("noCertificate", "repair"));

    /// What came of one run.
    private record Outcome(List<String> said, List<MemoryStore.Stored> stored) {}

    /// What the client has sent; `lines` is the same with the line ends that it should have.
    private record Sent(String octets, String lines) {}

    private IntakeFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2 || input.length > MAX_INPUT_OCTETS) return;
        var given = new ArrayList<String>();
        for (int bit = 0; bit < 8; bit++)
            if ((input[0] >> bit & 1) == 1) given.addAll(RULES.get(bit));
        var dialogue = new Dialogue("fuzz", given, List.of());
        byte[] script = Arrays.copyOfRange(input, 2, input.length);
        Outcome whole = run(dialogue, Integer.MAX_VALUE, script);
        Outcome inPieces = run(dialogue, Math.max(1, input[1] & 0xFF), script);
        Claim.same(whole.said(), inPieces.said(), "said, when it comes in pieces");
        Claim.same(contents(whole), contents(inPieces), "stored, when it comes in pieces");
        String octets = sent(script);
        judge(whole, new Sent(octets, dialogue.has("repair") ? repaired(octets) : octets));
    }

    private static Outcome run(Dialogue dialogue, int pieceOctets, byte[] script) {
        var peer = new DirectPeer(dialogue, pieceOctets);
        var said = new ArrayList<String>();
        var packet = new ByteArrayOutputStream();
        for (int i = 0; i < script.length; i++) {
            int octet = script[i] & 0xFF;
            if (octet != PACKET_END && octet != EVENT) {
                packet.write(octet);
                continue;
            }
            boolean securing = flush(peer, packet, said);
            if (octet == PACKET_END && securing) peer.secure();
            if (octet == EVENT && i + 1 < script.length) happen(peer, script[++i]);
        }
        flush(peer, packet, said);
        peer.disconnect();
        said.addAll(peer.readAll());
        Claim.same(0L, peer.store.open(), "contents that nobody has ended");
        return new Outcome(said, peer.stored());
    }

    /// Whether a handshake is due.
    private static boolean flush(DirectPeer peer, ByteArrayOutputStream packet, List<String> said) {
        peer.send(packet.toByteArray());
        packet.reset();
        List<String> news = peer.readAll();
        said.addAll(news);
        return news.stream().anyMatch(line -> line.startsWith("220 2.0.0"));
    }

    private static void happen(DirectPeer peer, byte what) {
        switch (what) {
            case 't' -> peer.timeOut();
            case 's' -> peer.shutDown();
            case 'p' -> peer.endPatience();
            case 'f' -> peer.failStore();
            default -> {}
        }
    }

    private static void judge(Outcome outcome, Sent sent) {
        for (String line : outcome.said()) {
            boolean fits = line.length() <= MAX_REPLY_LINE_OCTETS;
            Claim.that(fits && REPLY_LINE.matcher(line).matches(), "a line of a reply", line);
        }
        long acknowledged =
                outcome.said().stream().filter(line -> line.contains("queued as")).count();
        Claim.same((long) outcome.stored().size(), acknowledged, "acknowledged");
        for (MemoryStore.Stored stored : outcome.stored()) {
            assertEnvelope(stored);
            Claim.that(
                    comesFromClient(stored.content(), sent),
                    "what the client sent",
                    stored.content());
        }
    }

    private static void assertEnvelope(MemoryStore.Stored stored) {
        Claim.that(!stored.message().entries().isEmpty(), "somebody gets it", stored);
        for (QueueEntry entry : stored.message().entries()) {
            for (Mailbox recipient : entry.recipients()) {
                if (recipient.localPart().equalsIgnoreCase("postmaster")) continue;
                Claim.same(
                        Optional.of(recipient),
                        MailboxSyntax.parse(recipient.toString()),
                        "an address");
            }
        }
        String content = stored.content();
        Claim.that(content.startsWith("Received: "), "our field goes first", content);
        Claim.same((long) content.length(), stored.message().envelope().sizeBytes(), "size");
        String rest = content.replace("\r\n", "");
        Claim.that(rest.indexOf('\r') < 0 && rest.indexOf('\n') < 0, "no bare CR or LF", content);
    }

    /// Whether all that follows our own field is what the client sent: line by line behind DATA, or
    /// in whole chunks.
    private static boolean comesFromClient(String content, Sent sent) {
        int end = content.indexOf("\r\n");
        while (content.startsWith(" ", end + 2) || content.startsWith("\t", end + 2)) {
            if (isMadeOf(content.substring(end + 2), sent)) return true;
            end = content.indexOf("\r\n", end + 2);
        }
        return isMadeOf(content.substring(end + 2), sent);
    }

    private static boolean isMadeOf(String content, Sent sent) {
        return isMadeOfLines(content, sent.lines()) || isMadeOfChunks(content, sent.octets());
    }

    /// As if the client had ended its lines rightly.
    private static String repaired(String sent) {
        return sent.replaceAll("(?<!\r)\n", "\r\n");
    }

    private static boolean isMadeOfLines(String content, String sent) {
        if (!content.isEmpty() && !content.endsWith("\r\n")) return false;
        for (String line : content.split("\r\n", -1)) {
            if (!sent.contains("\r\n" + line + "\r\n") && !sent.contains("\r\n." + line + "\r\n"))
                return false;
        }
        return true;
    }

    /// CRs are left out: where they belong, and that there are no others, is asked elsewhere.
    private static boolean isMadeOfChunks(String stored, String sent) {
        String content = stored.replace("\r", "");
        var chunks = new HashMap<Integer, String>();
        var header = CHUNK.matcher(sent);
        for (int at = 0; header.find(at); at = header.start() + 1) {
            int to = header.end() + Integer.parseInt(header.group(1));
            if (to <= sent.length())
                chunks.put(header.start(), sent.substring(header.end(), to).replace("\r", ""));
        }
        var reached = new TreeSet<>(List.of(0));
        while (!reached.isEmpty()) {
            int at = reached.pollFirst();
            if (at == content.length()) return true;
            for (Map.Entry<Integer, String> chunk : chunks.entrySet()) {
                String text = chunk.getValue();
                if (!text.isEmpty() && content.startsWith(text, at))
                    reached.add(at + text.length());
            }
        }
        return false;
    }

    private static List<String> contents(Outcome outcome) {
        return outcome.stored().stream().map(MemoryStore.Stored::content).toList();
    }

    /// What the client says, without what ends packets and what happens.
    private static String sent(byte[] script) {
        var sent = new ByteArrayOutputStream();
        sent.writeBytes(new byte[] {'\r', '\n'});
        for (int i = 0; i < script.length; i++) {
            int octet = script[i] & 0xFF;
            if (octet == EVENT) i++;
            else if (octet != PACKET_END) sent.write(octet);
        }
        return sent.toString(ISO_8859_1);
    }
}
