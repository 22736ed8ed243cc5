package relay.core.smtp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Cuts what a client sends into command lines. Only CR LF ends a line (RFC 5321 §2.3.8).
///
/// Keeps the part of a line that has come so far, 2,048 octets at the most (RFC 5321 §4.5.3.1.4
/// with room for every extension's parameters). Confined to one thread.
public final class CommandFramer {
    /// The longest line, CR LF included.
    public static final int MAX_LINE_OCTETS = 2048;

    private static final byte[] NOTHING = {};

    private byte[] partial = NOTHING;
    private int partialLength;
    private boolean afterCr;
    private boolean skipping;

    /// What was found; `next` is the index after it.
    public sealed interface Frame {
        int next();

        /// The line goes on in bytes that have not come yet.
        record Incomplete(int next) implements Frame {}

        /// A line without its end. Octets that are not UTF-8 became U+FFFD.
        record Line(String text, int next) implements Frame {}

        /// No line. What follows up to the next CR LF belongs to it and is not reported.
        record Broken(LineFault fault, int next) implements Frame {}
    }

    public enum LineFault {
        TOO_LONG,
        BARE_CR,
        BARE_LF,
        NUL
    }

    /// Reads one frame from `bytes[from, to)`.
    public Frame read(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte octet = bytes[i];
            boolean lineEnd = afterCr && octet == '\n';
            if (lineEnd && skipping) return afterSkipped(bytes, i + 1, to);
            boolean tooLong = partialLength + i - from >= MAX_LINE_OCTETS;
            if (lineEnd && !tooLong) return line(bytes, from, i + 1);
            if (!skipping && (tooLong || isStray(octet))) return broken(octet, i + 1);
            afterCr = octet == '\r';
        }
        if (!skipping) keep(bytes, from, to);
        return new Frame.Incomplete(to);
    }

    /// Forgets the line begun.
    public void reset() {
        partial = NOTHING;
        partialLength = 0;
        afterCr = false;
        skipping = false;
    }

    private boolean isStray(byte octet) {
        return afterCr || octet == '\n' || octet == 0;
    }

    private Frame broken(byte octet, int next) {
        boolean atLineEnd = afterCr && octet == '\n';
        LineFault fault =
                afterCr && !atLineEnd
                        ? LineFault.BARE_CR
                        : switch (octet) {
                            case '\n' -> atLineEnd ? LineFault.TOO_LONG : LineFault.BARE_LF;
                            case 0 -> LineFault.NUL;
                            default -> LineFault.TOO_LONG;
                        };
        reset();
        skipping = !atLineEnd;
        afterCr = octet == '\r';
        return new Frame.Broken(fault, next);
    }

    private Frame afterSkipped(byte[] bytes, int from, int to) {
        reset();
        return read(bytes, from, to);
    }

    private Frame line(byte[] bytes, int from, int next) {
        if (partialLength == 0) {
            afterCr = false;
            return new Frame.Line(text(bytes, from, next - 2), next);
        }
        keep(bytes, from, next);
        String text = text(partial, 0, partialLength - 2);
        reset();
        return new Frame.Line(text, next);
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    private void keep(byte[] bytes, int from, int to) {
        int length = partialLength + to - from;
        if (partial.length < length) partial = Arrays.copyOf(partial, Math.max(64, 2 * length));
        System.arraycopy(bytes, from, partial, partialLength, to - from);
        partialLength = length;
    }
}
