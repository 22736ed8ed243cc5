package relay.core.intake;

import org.jspecify.annotations.Nullable;
import relay.core.routing.ReceiveConnector.BareLineFeed;
import relay.core.smtp.ContentFacts;
import relay.core.smtp.DataDecoder;
import relay.core.smtp.DataDecoder.Framing;
import relay.core.smtp.LineFeedRepair;

/// Brings one message's content from the client to the store, our Received field in front, until
/// its end; stops storing, but not reading, when the message can no longer be taken.
final class ContentReader {
    private static final byte[] NOTHING = {};

    private final DataDecoder decoder;
    private final @Nullable LineFeedRepair repair;
    private final long maxSizeBytes;
    private byte[] prefix;
    private boolean refused;
    private boolean storeFull;

    ContentReader(Framing framing, byte[] prefix, long maxSizeBytes, BareLineFeed bareLineFeed) {
        this.decoder = new DataDecoder(framing);
        this.repair =
                switch (bareLineFeed) {
                    case REJECT -> null;
                    case REPAIR -> new LineFeedRepair(decoder, framing);
                };
        this.prefix = prefix;
        this.maxSizeBytes = maxSizeBytes;
    }

    /// Reads `bytes[from, to)` and returns the index after the content, or `to`. One array is made
    /// for the store, which for a small message that comes in one piece is the whole of it.
    int read(byte[] bytes, int from, int to, IntakeWire wire) {
        if (repair == null) {
            int next = decoder.decode(bytes, from, to);
            return pass(bytes, from, decoder.decodedLength(), next, wire);
        }
        int next = repair.decode(bytes, from, to);
        return pass(repair.decoded(), 0, repair.decodedLength(), next, wire);
    }

    private int pass(byte[] decoded, int from, int length, int next, IntakeWire wire) {
        storeFull = false;
        if (refused) return next;
        if (decoder.hasBareLineEnd() || decoder.sizeBytes() > maxSizeBytes) {
            refused = true;
            wire.discardContent();
            return next;
        }
        if (length > 0 || decoder.hasEnded()) store(decoded, from, length, wire);
        return next;
    }

    /// The last chunk has been read.
    void end(IntakeWire wire) {
        decoder.end();
        if (!refused && prefix.length > 0) store(NOTHING, 0, 0, wire);
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

    private void store(byte[] bytes, int from, int length, IntakeWire wire) {
        if (prefix.length + length == 0) return;
        byte[] octets = new byte[prefix.length + length];
        System.arraycopy(prefix, 0, octets, 0, prefix.length);
        System.arraycopy(bytes, from, octets, prefix.length, length);
        prefix = NOTHING;
        storeFull = !wire.content(octets);
    }
}
