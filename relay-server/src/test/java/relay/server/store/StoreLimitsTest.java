package relay.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StoreLimitsTest {
    private static final long MIB = 1 << 20;

    @Test
    void aSmallHeapHasTheSamePartForContents() {
        // When the heap is a quarter of the usual one, then so is what the store may keep in it.
        StoreLimits small = StoreLimits.forHeap(64 * MIB);
        assertThat(small.cacheBytes()).isEqualTo(StoreLimits.DEFAULT.cacheBytes() / 4);
        assertThat(small.gatheringBytes()).isEqualTo(StoreLimits.DEFAULT.gatheringBytes() / 4);
        assertThat(small.writingBytes()).isEqualTo(StoreLimits.DEFAULT.writingBytes() / 4);
        assertThat(small.spillBytes()).isEqualTo(StoreLimits.DEFAULT.spillBytes());
    }

    @Test
    void aLargeHeapKeepsNoMoreOfThem() {
        // When the heap is as usual, or much larger, then the limits are the usual ones.
        assertThat(StoreLimits.forHeap(256 * MIB)).isEqualTo(StoreLimits.DEFAULT);
        assertThat(StoreLimits.forHeap(8192 * MIB)).isEqualTo(StoreLimits.DEFAULT);
    }
}
