package relay.core.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import relay.core.simulation.ClientBook.End;
import relay.core.simulation.ClientBook.Submission;
import relay.core.simulation.Wire.Layer;

/// One connection of a client: hands over its messages, well-behaved or not, and writes down what
/// it hears.
final class SimClient implements Wire.End {
    enum Manners {
        GOOD,
        PIPELINES,
        SENDS_GARBAGE,
        NEVER_QUITS,
        /// Goes away in the middle of something.
        CUTS,
        /// Says nothing more in the middle of something.
        STALLS
    }

    private final World world;
    private final Wire.Port port;
    private final Manners manners;
    private final Luck luck;
    private final Iterator<Submission> mail;
    private final Deque<Consumer<String>> expected = new ArrayDeque<>();
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private final ByteArrayOutputStream batch = new ByteArrayOutputStream();
    private Layer layer = Layer.CLEAR;
    private int linesLeft;
    private boolean silent;

    SimClient(World world, Wire.Port port, Manners manners, List<Submission> mail) {
        this.world = world;
        this.port = port;
        this.manners = manners;
        this.luck = world.sim.luck;
        this.mail = mail.iterator();
        boolean gives = manners == Manners.CUTS || manners == Manners.STALLS;
        this.linesLeft = gives ? luck.between(1, 20) : Integer.MAX_VALUE;
        port.listen(this);
        expected.add(_ -> hello(luck.oneIn(3)));
    }

    private void hello(boolean secure) {
        command(
                "EHLO client.example",
                _ -> {
                    if (secure) command("STARTTLS", this::secure);
                    else next();
                });
    }

    private void secure(String reply) {
        if (reply.startsWith("220")) port.send(new byte[1], Layer.HANDSHAKE);
        else next();
    }

    private void next() {
        if (mail.hasNext()) {
            if (manners == Manners.SENDS_GARBAGE && luck.oneIn(3)) garbage(mail.next());
            else submit(mail.next());
        } else if (manners != Manners.NEVER_QUITS) {
            command("QUIT", _ -> port.close());
        }
    }

    private void garbage(Submission instead) {
        String noise =
                luck.of(
                        "XYZZY",
                        "MAIL FROM:broken",
                        "RCPT TO:<a@b>",
                        "a\0b",
                        "GET / HTTP/1.1",
                        "DATA");
        world.trace.say(() -> this + " garbage " + noise.strip());
        command(noise, _ -> submit(instead));
    }

    private void submit(Submission mine) {
        boolean eightBit = false;
        for (byte octet : mine.content) eightBit |= octet < 0;
        // Chosen without luck, so that seeds of the past stay what they were.
        mine.requiresTls = layer == Layer.TLS && mine.number % 3 == 0;
        boolean utf8 = mine.intended.stream().anyMatch(r -> r.chars().anyMatch(c -> c > 127));
        String from =
                "MAIL FROM:<"
                        + mine.sender
                        + ">"
                        + (eightBit ? " BODY=8BITMIME" : "")
                        + (utf8 ? " SMTPUTF8" : "")
                        + (mine.requiresTls ? " REQUIRETLS" : "");
        if (manners == Manners.PIPELINES) {
            pipelined(from, mine);
        } else {
            command(
                    from,
                    reply -> {
                        if (reply.startsWith("250")) recipients(mine, mine.intended.iterator());
                        else next();
                    });
        }
    }

    private void pipelined(String from, Submission mine) {
        expect(from, _ -> {});
        for (String recipient : mine.intended) {
            expect("RCPT TO:<" + recipient + ">", reply -> accepted(mine, recipient, reply));
        }
        command("DATA", reply -> content(mine, reply));
    }

    private void recipients(Submission mine, Iterator<String> rest) {
        if (!rest.hasNext()) {
            command("DATA", reply -> content(mine, reply));
            return;
        }
        String recipient = rest.next();
        command(
                "RCPT TO:<" + recipient + ">",
                reply -> {
                    accepted(mine, recipient, reply);
                    recipients(mine, rest);
                });
    }

    private static void accepted(Submission mine, String recipient, String reply) {
        if (reply.startsWith("250")) mine.recipients.add(recipient);
    }

    private void content(Submission mine, String reply) {
        if (!reply.startsWith("354")) {
            command("RSET", _ -> next());
            return;
        }
        String text = new String(mine.content, StandardCharsets.ISO_8859_1);
        for (String line : text.split("(?<=\r\n)", -1)) {
            if (!write((line.startsWith(".") ? "." : "") + line)) return;
        }
        expected.add(answer -> ended(mine, answer));
        if (write(".\r\n")) {
            mine.end = End.UNKNOWN;
            mine.wallMillis = world.wall().toEpochMilli();
            world.trace.say(() -> this + " final dot of " + mine.number);
            flush();
        }
    }

    private void ended(Submission mine, String answer) {
        boolean taken = answer.startsWith("250");
        mine.end = taken ? End.TAKEN : End.REFUSED;
        if (taken) mine.queueId = answer.substring(answer.lastIndexOf(' ') + 1);
        mine.wallMillis = Math.min(mine.wallMillis, world.wall().toEpochMilli());
        world.trace.say(() -> this + " message " + mine.number + ": " + answer);
        next();
    }

    private void command(String line, Consumer<String> onReply) {
        expect(line, onReply);
        flush();
    }

    private void expect(String line, Consumer<String> onReply) {
        expected.add(onReply);
        write(line + "\r\n");
    }

    /// False: the client gave up here.
    private boolean write(String line) {
        if (silent) return false;
        if (linesLeft-- > 0) {
            byte[] octets =
                    line.chars().allMatch(c -> c < 256)
                                    && line.chars().anyMatch(c -> c > 127)
                                    && !line.startsWith("RCPT")
                            ? line.getBytes(StandardCharsets.ISO_8859_1)
                            : line.getBytes(StandardCharsets.UTF_8);
            batch.writeBytes(octets);
            return true;
        }
        flush();
        silent = true;
        world.trace.say(() -> this + " gives up");
        if (manners == Manners.CUTS) port.cut();
        return false;
    }

    private void flush() {
        if (batch.size() > 0) port.send(batch.toByteArray(), layer);
        batch.reset();
    }

    @Override
    public void arrived(byte[] bytes, Layer on) {
        if (on == Layer.HANDSHAKE) {
            layer = Layer.TLS;
            hello(false);
            return;
        }
        for (byte octet : bytes) {
            heard.write(octet);
            if (octet != '\n') continue;
            String line = heard.toString(StandardCharsets.UTF_8).strip();
            heard.reset();
            boolean last = line.length() < 4 || line.charAt(3) == ' ';
            Consumer<String> onReply = last ? expected.poll() : null;
            if (onReply != null) onReply.accept(line);
        }
    }

    @Override
    public void closed(String why) {
        silent = true;
    }

    @Override
    public String toString() {
        return "client(" + manners + ")";
    }
}
