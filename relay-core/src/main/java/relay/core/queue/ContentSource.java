package relay.core.queue;

/// Gives out the content of queued messages: from memory while it is fresh, else from disk.
public interface ContentSource {

    /// The content as stored: lines ended by CR LF, not dot-stuffed. Blocks where the content is
    /// not in memory, so a caller on an event loop asks [#inMemory] first. Throws [ContentLost]
    /// where it cannot be read. Close it when done.
    Reading open(QueueId id);

    /// The whole content where it is in memory; an empty array where it is not.
    byte[] inMemory(QueueId id);

    /// A pass over one content, in pieces of at most 64 KiB.
    interface Reading extends AutoCloseable {
        /// The next piece; an empty array at the end.
        byte[] next();

        @Override
        void close();
    }

    /// The store cannot give the content: the disk fails, or the message has ended meanwhile.
    final class ContentLost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public ContentLost(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
