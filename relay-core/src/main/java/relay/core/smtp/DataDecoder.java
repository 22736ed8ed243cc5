package relay.core.smtp;

import relay.core.smtp.ContentFacts.LineEnds;
import relay.core.smtp.ContentFacts.Octets;

/// Takes the dot-stuffing off what follows DATA and finds its end (RFC 5321 §4.5.2), for one
/// message, piece by piece, in place; or looks at what comes in chunks, whose end others know (RFC
/// 3030 §2). Keeps no octet of it. Confined to one thread.
///
/// Only CR LF ends a line, and only CR LF . CR LF ends the data: a dot after a bare CR or LF is
/// text (RFC 5321 §2.3.8, §4.1.1.4). Whether there was such a line end is one of the facts; the
/// decoded octets are then worth nothing, and the true end is still found.
public final class DataDecoder {
    private static final byte[] RECEIVED = {'r', 'e', 'c', 'e', 'i', 'v', 'e', 'd'};
    private static final int NO_MATCH = -1;
    private static final byte DELETE = 127;

    private enum State {
        LINE_START,
        /// After a dot that began a line: stuffing, or the end.
        DOT,
        DOT_CR,
        TEXT,
        CR,
        ENDED
    }

    /// What of a header line's field name is still to come.
    private enum Naming {
        /// None, or nobody waits for it.
        NONE,
        NAME,
        /// Blanks, and the colon.
        COLON
    }

    /// How the end of the content is told.
    public enum Framing {
        DOT,
        CHUNKS
    }

    private final Framing framing;
    private State state = State.LINE_START;
    private int out;
    private int decodedLength;
    private long sizeBytes;
    private boolean bareLineEnd;

    private final TlsRequiredField tlsRequired = new TlsRequiredField();

    /// The header ends at an empty line, or at one that is neither a field nor the rest of one (RFC 5322
    /// §2.2).
    private boolean inHeader = true;

    /// Hops are counted up to the first empty line: what others may take for the header counts.
    private boolean beforeEmptyLine = true;

    private Naming naming = Naming.NONE;
    private boolean anyField;

    /// How many letters of the field name `Received` the line has so far.
    private int matched = NO_MATCH;

    private int receivedFields;

    /// All octets seen, by OR: negative when one of them was above 127.
    private byte octetsSeen;

    /// As it was, and how much had come, when the line began.
    private byte octetsBeforeLine;

    private long sizeBeforeLine;

    private Octets headerOctets = Octets.SEVEN_BIT;
    private long headerSizeBytes;

    /// Where in the array the current [#decode] writes first.
    private int start;

    private long lineBytes;
    private long longestLineBytes;

    /// For what follows DATA.
    public DataDecoder() {
        this(Framing.DOT);
    }

    public DataDecoder(Framing framing) {
        this.framing = framing;
    }

    /// The last chunk has been decoded. A CR at the very end is no line end.
    public void end() {
        if (state == State.CR) bareLineEnd = true;
        state = State.ENDED;
    }

    /// Decodes `bytes[from, to)`, or as much of it as belongs to the message, and returns the index
    /// after that. The decoded octets then stand in `bytes` from `from` on, [#decodedLength] of
    /// them.
    public int decode(byte[] bytes, int from, int to) {
        int in = from;
        out = from;
        start = from;
        while (in < to && state != State.ENDED) in = step(bytes, in, to);
        decodedLength = out - from;
        long header = inHeader ? decodedLength : headerSizeBytes - sizeBytes;
        tlsRequired.read(bytes, from, from + Math.clamp(header, 0, decodedLength));
        sizeBytes += decodedLength;
        return in;
    }

    /// How many octets the last [#decode] yielded.
    public int decodedLength() {
        return decodedLength;
    }

    /// How many octets there were in all so far.
    public long sizeBytes() {
        return sizeBytes;
    }

    public boolean hasEnded() {
        return state == State.ENDED;
    }

    /// Whether all that has come of a line is the dot that may end the data.
    boolean isAtLoneDot() {
        return state == State.DOT;
    }

    public boolean hasBareLineEnd() {
        return bareLineEnd;
    }

    /// What was learnt so far. Complete once [#hasEnded].
    public ContentFacts facts() {
        boolean eightBitSoFar = inHeader && octetsSeen < 0;
        return new ContentFacts(
                sizeBytes,
                receivedFields,
                bareLineEnd ? LineEnds.BARE_CR_OR_LF : LineEnds.ALL_CR_LF,
                eightBitSoFar ? Octets.EIGHT_BIT : headerOctets,
                octetsSeen < 0 ? Octets.EIGHT_BIT : Octets.SEVEN_BIT,
                tlsRequired.found(),
                inHeader ? sizeBytes : headerSizeBytes,
                longestLineBytes);
    }

    private int step(byte[] bytes, int in, int to) {
        return switch (state) {
            case LINE_START -> lineStart(bytes, in);
            case DOT -> afterDot(bytes, in);
            case DOT_CR -> afterDotCr(bytes, in);
            case TEXT -> text(bytes, in, to);
            case CR -> afterCr(bytes, in);
            case ENDED -> in;
        };
    }

    private int lineStart(byte[] bytes, int in) {
        if (bytes[in] == '.' && framing == Framing.DOT) {
            state = State.DOT;
            return in + 1;
        }
        beginText(bytes[in]);
        return in;
    }

    private int afterDot(byte[] bytes, int in) {
        if (bytes[in] == '\r') {
            state = State.DOT_CR;
            return in + 1;
        }
        beginText(bytes[in]);
        return in;
    }

    private int afterDotCr(byte[] bytes, int in) {
        if (bytes[in] == '\n') {
            state = State.ENDED;
            return in + 1;
        }
        bareLineEnd = true;
        state = State.TEXT;
        return in;
    }

    private void beginText(byte first) {
        state = State.TEXT;
        if (!beforeEmptyLine) return;
        sizeBeforeLine = sizeBytes + (out - start);
        octetsBeforeLine = octetsSeen;
        boolean goesOn = first == ' ' || first == '\t';
        if (first == '\r') beforeEmptyLine = false;
        if (first == '\r' || first == ':' || (goesOn && !anyField)) endHeader();
        naming = first == '\r' || goesOn ? Naming.NONE : Naming.NAME;
        matched = 0;
    }

    private void endHeader() {
        if (!inHeader) return;
        inHeader = false;
        headerSizeBytes = sizeBeforeLine;
        if (octetsBeforeLine < 0) headerOctets = Octets.EIGHT_BIT;
    }

    private int afterCr(byte[] bytes, int in) {
        if (bytes[in] != '\n') {
            bareLineEnd = true;
            state = State.TEXT;
            return in;
        }
        bytes[out++] = '\n';
        lineBytes = 0;
        state = State.LINE_START;
        return in + 1;
    }

    private int text(byte[] bytes, int from, int to) {
        int in = naming == Naming.NONE ? from : readName(bytes, from, to);
        byte seen = octetsSeen;
        while (in < to) {
            byte octet = bytes[in];
            if (octet == '\r' || octet == '\n') break;
            seen |= octet;
            in++;
        }
        octetsSeen = seen;
        if (out != from) System.arraycopy(bytes, from, bytes, out, in - from);
        out += in - from;
        lineBytes += in - from;
        if (lineBytes > longestLineBytes) longestLineBytes = lineBytes;
        return in < to ? lineEnd(bytes, in) : in;
    }

    private int lineEnd(byte[] bytes, int in) {
        bytes[out++] = bytes[in];
        if (bytes[in] == '\r') state = State.CR;
        else bareLineEnd = true;
        return in + 1;
    }

    /// Goes over the octets of a field's name, up to its colon, before which blanks may stand (RFC 5322
    /// §4.5.8); or to the first that shows that the line is no field.
    private int readName(byte[] bytes, int from, int to) {
        for (int in = from; in < to; in++) {
            byte octet = bytes[in];
            if (octet == ':') {
                anyField = true;
                if (matched == RECEIVED.length) receivedFields++;
                return named(in);
            }
            boolean blank = octet == ' ' || octet == '\t';
            if (blank) {
                naming = Naming.COLON;
            } else if (naming == Naming.COLON || octet <= ' ' || octet == DELETE) {
                endHeader();
                return named(in);
            } else {
                matchReceived(octet);
            }
        }
        return to;
    }

    private void matchReceived(byte octet) {
        boolean next =
                matched >= 0 && matched < RECEIVED.length && (octet | 0x20) == RECEIVED[matched];
        matched = next ? matched + 1 : NO_MATCH;
    }

    private int named(int in) {
        naming = Naming.NONE;
        return in;
    }
}
