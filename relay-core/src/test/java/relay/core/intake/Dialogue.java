package relay.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import relay.core.queue.NoticeRequest;
import relay.core.queue.QueueEntry;
import relay.core.tls.MessageTls;

/// A dialogue written down: specification, test and bug report at once.
///
/// `C:` is a line that the client sends, `C>` the same without a line end; lines that follow each
/// other go out together. `\r`, `\n`, `\0` and `\xNN` stand for octets. `S:` is the server's next
/// line, where `*` is any text. `given` names what differs from the usual rules; `tls` is a
/// handshake; `timeout`, `shutdown`, `no more patience` and `store fails` happen to the server. `queued` describes the
/// last message stored and `|` its content, line by line. At the end of a dialogue the server has
/// ended the connection; `nothing queued` says that it has stored nothing.
public record Dialogue(String name, List<String> given, List<String> lines) {
    private static final Pattern ESCAPE = Pattern.compile("\\\\(r|n|0|x([0-9a-f]{2}))");

    /// Every dialogue below `folder`, in order.
    public static Stream<Dialogue> all(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream().map(Dialogue::read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Dialogue read(Path file) {
        try {
            List<String> lines =
                    Files.readAllLines(file).stream()
                            .map(String::strip)
                            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                            .toList();
            boolean hasGiven = lines.getFirst().startsWith("given ");
            List<String> given =
                    hasGiven ? List.of(lines.getFirst().substring(6).split(" ", -1)) : List.of();
            return new Dialogue(
                    file.getFileName().toString(),
                    given,
                    hasGiven ? lines.subList(1, lines.size()) : lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean has(String word) {
        return given.contains(word);
    }

    /// The number after `key=`, or `otherwise`.
    public long number(String key, long otherwise) {
        return given.stream()
                .filter(word -> word.startsWith(key + "="))
                .mapToLong(word -> Long.parseLong(word.substring(key.length() + 1)))
                .findFirst()
                .orElse(otherwise);
    }

    public void play(DialoguePeer peer) {
        var packet = new StringBuilder();
        var content = new ArrayList<String>();
        for (String line : lines) {
            if (line.startsWith("C")) {
                packet.append(octets(line.substring(2).strip()));
                packet.append(line.startsWith("C:") ? "\r\n" : "");
                continue;
            }
            flush(packet, peer);
            if (line.startsWith("|")) content.add(line.substring(Math.min(line.length(), 2)));
            else act(line, peer);
        }
        flush(packet, peer);
        assertThat(peer.readLine()).as("the end").isEqualTo(DialoguePeer.CLOSED);
        if (!content.isEmpty()) assertContent(content, peer.stored().getLast().content());
    }

    private void act(String line, DialoguePeer peer) {
        switch (line) {
            case "tls" -> peer.secure();
            case "timeout" -> peer.timeOut();
            case "shutdown" -> peer.shutDown();
            case "no more patience" -> peer.endPatience();
            case "store fails" -> peer.failStore();
            case "nothing queued" -> assertThat(peer.stored()).isEmpty();
            default -> compare(line, peer);
        }
    }

    private void compare(String line, DialoguePeer peer) {
        if (line.startsWith("S: ")) {
            assertThat(peer.readLine()).as(name).matches(pattern(line.substring(3)));
        } else if (line.startsWith("queued ")) {
            String wanted = line.substring(7);
            assertThat(describe(peer.stored().getLast())).as(name).matches(pattern(wanted));
        } else {
            throw new IllegalArgumentException(name + ": " + line);
        }
    }

    /// `<a@x> via bank/bank.example [b@y, c@y] needs []`, what it says of TLS, and for each entry what its sender wants to
    /// be told: ` told RET=HDRS; b NOTIFY=NEVER`
    private static String describe(MemoryStore.Stored stored) {
        var envelope = stored.message().envelope();
        assertThat(envelope.sizeBytes()).isEqualTo(stored.content().length());
        var text = new StringBuilder("<" + envelope.sender() + ">");
        stored.message()
                .entries()
                .forEach(entry ->
                        text.append(" via ")
                                .append(entry.lane())
                                .append(' ')
                                .append(entry.recipients()));
        text.append(" needs ").append(envelope.needs().stream().sorted().toList());
        if (envelope.messageTls() != MessageTls.BY_POLICY) {
            text.append(" tls ").append(envelope.messageTls());
        }
        stored.message().entries().forEach(entry -> text.append(told(entry)));
        return text.toString();
    }

    private static String told(QueueEntry entry) {
        NoticeRequest request = entry.envelope().noticeRequest();
        if (request.equals(NoticeRequest.NONE)) return "";
        return entry.recipients().stream()
                .filter(request.recipients()::containsKey)
                .map(recipient -> "; " + recipient.localPart() + request.of(recipient))
                .collect(Collectors.joining("", " told" + request, ""));
    }

    private void assertContent(List<String> wanted, String content) {
        String text = octets(String.join("\r\n", wanted) + "\r\n");
        assertThat(content).as(name).matches(pattern(text));
    }

    private static Pattern pattern(String wanted) {
        String quoted = Pattern.quote(wanted).replace("*", "\\E.*\\Q");
        return Pattern.compile(quoted);
    }

    private static void flush(StringBuilder packet, DialoguePeer peer) {
        if (packet.isEmpty()) return;
        peer.send(packet.toString().getBytes(StandardCharsets.ISO_8859_1));
        packet.setLength(0);
    }

    /// Each octet as one character; text beyond ASCII in UTF-8.
    private static String octets(String text) {
        var octets = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return ESCAPE.matcher(octets).replaceAll(Dialogue::unescape);
    }

    private static String unescape(java.util.regex.MatchResult escape) {
        String octet =
                switch (escape.group(1).charAt(0)) {
                    case 'r' -> "\r";
                    case 'n' -> "\n";
                    case '0' -> "\0";
                    default -> String.valueOf((char) Integer.parseInt(escape.group(2), 16));
                };
        return Matcher.quoteReplacement(octet);
    }
}
