package relay.core.intake;

import relay.core.smtp.ContentFacts;
import relay.core.smtp.DataDecoder;
import relay.core.smtp.DataDecoder.Framing;

/// Brings one message's content from the client to the store, our Received field in front, until
/// its end; stops storing, but not reading, when the message can no longer be taken.
final class ContentReader {
    private static final byte[] NOTHING = {};

    private final DataDecoder decoder;
    private final long maxSizeBytes;
    private byte[] prefix;
    private boolean refused;
    private boolean storeFull;

    ContentReader(Framing framing, byte[] prefix, long maxSizeBytes) {
        this.decoder = new DataDecoder(framing);
        this.prefix = prefix;
        this.maxSizeBytes = maxSizeBytes;
    }

    /// Reads `bytes[from, to)` and returns the index after the content, or `to`. One array is made
    /// for the store, which for a small message that comes in one piece is the whole of it.
    int read(byte[] bytes, int from, int to, IntakeWire wire) {
        int next = decoder.decode(bytes, from, to);
        storeFull = false;
        if (refused) return next;
        if (decoder.hasBareLineEnd() || decoder.sizeBytes() > maxSizeBytes) {
            refused = true;
            wire.discardContent();
            return next;
        }
        if (decoder.decodedLength() > 0 || decoder.hasEnded()) store(bytes, from, wire);
        return next;
    }

    /// The last chunk has been read.
    void end(IntakeWire wire) {
        decoder.end();
        if (!refused && prefix.length > 0) store(NOTHING, 0, wire);
    }

    boolean hasEnded() {
        return decoder.hasEnded();
    }

    boolean storeIsFull() {
        return storeFull;
    }

    ContentFacts facts() {
        return decoder.facts();
    }

    private void store(byte[] bytes, int from, IntakeWire wire) {
        int length = bytes.length == 0 ? 0 : decoder.decodedLength();
        if (prefix.length + length == 0) return;
        byte[] octets = new byte[prefix.length + length];
        System.arraycopy(prefix, 0, octets, 0, prefix.length);
        System.arraycopy(bytes, from, octets, prefix.length, length);
        prefix = NOTHING;
        storeFull = !wire.content(octets);
    }
}
