package relay.server.listener;

import io.netty.util.concurrent.FastThreadLocal;

/// An array for each event loop, into which what was read is copied to be looked at. Its content
/// means nothing after the event that filled it.
final class ReadBuffer {
    private static final int OCTETS = 64 << 10;

    private final FastThreadLocal<byte[]> arrays =
            new FastThreadLocal<>() {
                @Override
                protected byte[] initialValue() {
                    return new byte[OCTETS];
                }
            };

    byte[] array() {
        return arrays.get();
    }
}
