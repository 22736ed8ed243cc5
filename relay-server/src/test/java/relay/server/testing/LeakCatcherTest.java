package relay.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

class LeakCatcherTest {
    @Test
    void aBufferThatNobodyReleasesIsCaughtWithWhereItWas() throws InterruptedException {
        // Given a buffer that is forgotten, and one that is not.
        forgetOne();
        ByteBufAllocator.DEFAULT.buffer(10).writeByte(1).release();

        // Then the one is found, and once.
        assertThat(LeakCatcher.leaks())
                .singleElement()
                .asString()
                .startsWith("ByteBuf was not released.")
                .contains("LeakCatcherTest.forgetOne");
        assertThat(LeakCatcher.leaks()).isEmpty();
    }

    private static void forgetOne() {
        ByteBufAllocator.DEFAULT.buffer(10).writeByte(1);
    }
}
