package relay.server.outbound;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import relay.core.delivery.HostPlan;
import relay.core.delivery.TranscriptSink;
import relay.core.routing.ProtocolLogging;

/// Has dialogues written down where their connector wants that.
record Transcripts(TranscriptSink sink, InstantSource clock) {

    /// The dialogue on that channel.
    Dialogue of(HostPlan host, Dialogue dialogue, Channel channel) {
        if (host.caller().protocolLogging() == ProtocolLogging.NONE) return dialogue;
        var pages = new TranscriptPages(host, channel.id().asShortText(), sink, clock);
        return new Transcript(dialogue, pages, () -> local(channel));
    }

    private static String local(Channel channel) {
        return channel.localAddress() instanceof InetSocketAddress own
                ? own.getAddress().getHostAddress() + ":" + own.getPort()
                : "";
    }
}
