package relay.server.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import relay.core.smtp.Reply;

class OutletTest {
    private static final Reply REPLY = Reply.of(250, 0, 0, "x".repeat(86));
    private static final int REPLY_OCTETS = 98;

    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
    private final ChannelHandlerContext context =
            Objects.requireNonNull(channel.pipeline().firstContext());
    private final Outlet outlet = new Outlet(context);

    @Test
    void whatAnswersOnePacketLeavesInOne() {
        // When some replies are said and sent, then they leave together.
        outlet.say(REPLY);
        outlet.say(REPLY);
        assertThat(sent()).isEmpty();
        outlet.flush();
        assertThat(sent()).containsExactly(2 * REPLY_OCTETS);
    }

    @Test
    void aFloodOfRepliesIsNeverGatheredWhole() {
        // Given a client that asks for a megabyte of replies in one packet.
        for (int i = 0; i < 10_000; i++) outlet.say(REPLY);

        outlet.flush();

        // Then they have left in pieces, and no piece was much larger than its limit.
        List<Integer> pieces = sent();
        assertThat(pieces).hasSizeGreaterThan(50);
        assertThat(pieces).allMatch(octets -> octets < Outlet.MAX_GATHERED_OCTETS + REPLY_OCTETS);
    }

    @Test
    void whatWasNotSentIsReleasedWithTheConnection() {
        // Given a reply that has not left.
        outlet.say(REPLY);

        // When the connection ends, then nothing is sent, and nothing is kept (LeakCheck).
        outlet.release();
        outlet.flush();
        assertThat(sent()).isEmpty();
    }

    /// The octets of each write.
    private List<Integer> sent() {
        var sizes = new ArrayList<Integer>();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            sizes.add(part.readableBytes());
            part.release();
        }
        return sizes;
    }
}
