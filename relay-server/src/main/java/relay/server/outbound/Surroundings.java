package relay.server.outbound;

import java.util.concurrent.Executor;
import relay.core.event.EventSink;
import relay.core.queue.ContentSource;

/// What all connections share. `readers` runs what waits for the disk, `judges` what takes CPU.
record Surroundings(
        TlsClient tls,
        ChainJudge judge,
        Executor judges,
        ContentSource contents,
        Executor readers,
        EventSink events) {}
