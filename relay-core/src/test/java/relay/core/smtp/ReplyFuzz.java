package relay.core.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import relay.core.fuzz.Claim;
import relay.core.smtp.ReplyParser.Parsed;

/// Fuzz target: what a host answers. The first octet is how many octets come at once in the second
/// of two runs.
public final class ReplyFuzz {
    private static final Pattern PRINTABLE =
            Pattern.compile("[^\\p{Cntrl}\\x{2028}\\x{2029}\\x{202E}]*");

    private ReplyFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) return;
        List<Parsed> whole = read(input, input.length);
        Claim.same(whole, read(input, Math.max(1, input[0] & 0xFF)), "in pieces");
        whole.forEach(ReplyFuzz::judge);
    }

    private static List<Parsed> read(byte[] input, int pieceOctets) {
        var parser = new ReplyParser();
        var found = new ArrayList<Parsed>();
        for (int from = 1; from < input.length; from += pieceOctets) {
            ByteBuffer piece =
                    ByteBuffer.wrap(input, from, Math.min(pieceOctets, input.length - from));
            while (piece.hasRemaining()) {
                Parsed parsed = parser.read(piece);
                if (!(parsed instanceof Parsed.Incomplete)) found.add(parsed);
                if (parsed instanceof Parsed.Broken) return found;
            }
        }
        return found;
    }

    private static void judge(Parsed parsed) {
        switch (parsed) {
            case Parsed.Complete(var reply) -> judge(reply);
            case Parsed.Broken(var why) -> assertPrintable(why);
            case Parsed.Incomplete() -> throw new AssertionError("not kept");
        }
    }

    private static void judge(Reply reply) {
        Claim.that(reply.code() >= 200 && reply.code() <= 599, "a code", reply);
        Claim.that(reply.lines().size() <= ReplyParser.MAX_LINES, "lines", reply);
        reply.lines().forEach(ReplyFuzz::assertPrintable);
        Claim.that(reply.status().statusClass() >= 2, "a class of status", reply);
        boolean fits =
                reply.lines().stream()
                        .allMatch(
                                line -> line.getBytes(UTF_8).length <= ReplyParser.MAX_TEXT_OCTETS);
        if (!fits) return;
        Parsed again = new ReplyParser().read(ByteBuffer.wrap(reply.toWire()));
        Claim.same(new Parsed.Complete(reply), again, "written and read again");
    }

    private static void assertPrintable(String text) {
        Claim.that(text.length() <= ReplyParser.MAX_TEXT_OCTETS + 100, "not too long", text);
        Claim.that(PRINTABLE.matcher(text).matches(), "printable", text);
    }
}
