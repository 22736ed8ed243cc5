package relay.core.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import relay.core.fuzz.Claim;
import relay.core.smtp.CommandFramer.Frame;
import relay.core.smtp.ContentFacts.LineEnds;

/// Fuzz target: content on its way in and out, and the framing of command lines. The first octet is
/// how many octets come at once in the second of two runs.
public final class ContentFuzz {
    private static final String END = "\r\n.\r\n";

    /// What a decoder made of its input; `consumed` octets of it.
    private record Decoded(String text, int consumed, boolean ended, ContentFacts facts) {}

    private ContentFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) return;
        int pieceOctets = Math.max(1, input[0] & 0xFF);
        byte[] octets = Arrays.copyOfRange(input, 1, input.length);
        Decoded decoded = decode(octets, octets.length + 1);
        Claim.same(decoded, decode(octets, pieceOctets), "decoded in pieces");
        assertDecodedRightly(new String(octets, ISO_8859_1), decoded);
        assertComesBack(octets, pieceOctets);
        List<String> lines = lines(octets, octets.length + 1);
        Claim.same(lines, lines(octets, pieceOctets), "lines in pieces");
    }

    private static Decoded decode(byte[] octets, int pieceOctets) {
        var decoder = new DataDecoder();
        var text = new ByteArrayOutputStream();
        int consumed = 0;
        while (consumed < octets.length && !decoder.hasEnded()) {
            int to = Math.min(octets.length, consumed + pieceOctets);
            byte[] piece = Arrays.copyOfRange(octets, consumed, to);
            consumed += decoder.decode(piece, 0, piece.length);
            text.write(piece, 0, decoder.decodedLength());
        }
        return new Decoded(
                text.toString(ISO_8859_1), consumed, decoder.hasEnded(), decoder.facts());
    }

    /// As a few replacements of text have it.
    private static void assertDecodedRightly(String sent, Decoded decoded) {
        int end = ("\r\n" + sent).indexOf(END);
        Claim.same(end >= 0, decoded.ended(), "there is an end");
        if (end < 0) return;
        Claim.same(end + END.length() - 2, decoded.consumed(), "the end");
        String content = sent.substring(0, end);
        boolean bare = content.replace("\r\n", "").matches("(?s).*[\r\n].*");
        Claim.same(bare, decoded.facts().lineEnds() == LineEnds.BARE_CR_OR_LF, "a bare CR or LF");
        if (bare) return;
        String unstuffed = ("\r\n" + content).replace("\r\n.", "\r\n").substring(2);
        Claim.same(unstuffed, decoded.text(), "dots taken off");
        Claim.same((long) unstuffed.length(), decoded.facts().sizeBytes(), "size");
    }

    /// What is sent arrives, and nothing follows it.
    private static void assertComesBack(byte[] content, int pieceOctets) {
        var encoder = new DataEncoder();
        var wire = new ByteArrayOutputStream();
        for (int from = 0; from < content.length; from += pieceOctets) {
            wire.writeBytes(
                    encoder.encode(
                            Arrays.copyOfRange(
                                    content, from, Math.min(content.length, from + pieceOctets))));
        }
        wire.writeBytes(encoder.end());
        Decoded decoded = decode(wire.toByteArray(), pieceOctets);
        Claim.same(wire.size(), decoded.consumed(), "one message");
        String sent = new String(content, ISO_8859_1);
        String whole = sent.isEmpty() || sent.endsWith("\r\n") ? sent : sent + "\r\n";
        if (decoded.facts().lineEnds() == LineEnds.ALL_CR_LF)
            Claim.same(whole, decoded.text(), "what was sent");
    }

    private static List<String> lines(byte[] octets, int pieceOctets) {
        var framer = new CommandFramer();
        var found = new ArrayList<String>();
        int begun = 0;
        boolean broken = false;
        for (int from = 0; from < octets.length; ) {
            int to = Math.min(octets.length, from + pieceOctets);
            while (from < to) {
                Frame frame = framer.read(octets, from, to);
                begun += frame.next() - from;
                from = frame.next();
                if (frame instanceof Frame.Incomplete) continue;
                Claim.that(
                        broken || begun <= CommandFramer.MAX_LINE_OCTETS + 1,
                        "octets of a line",
                        begun);
                broken = frame instanceof Frame.Broken;
                begun = 0;
                found.add(written(frame));
            }
        }
        Claim.that(broken || begun <= CommandFramer.MAX_LINE_OCTETS, "octets kept", begun);
        return found;
    }

    private static String written(Frame frame) {
        return switch (frame) {
            case Frame.Line(var text, _) -> {
                Claim.that(
                        !text.contains("\n") && text.indexOf(0) < 0 && !text.contains("\r"),
                        "a line",
                        text);
                yield text;
            }
            case Frame.Broken(var fault, _) -> fault.toString();
            case Frame.Incomplete _ -> "";
        };
    }
}
