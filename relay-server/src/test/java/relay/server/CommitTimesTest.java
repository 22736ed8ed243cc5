package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CommitTimesTest {
    private final AtomicLong now = new AtomicLong();
    private final CommitTimes times = new CommitTimes(now::get);

    @Test
    void theSlowestSinceTheLastQuestionCounts() {
        // Given a slow commit and a fast one, at the same time.
        CommitTimes.Commit slow = times.begin();
        CommitTimes.Commit fast = times.begin();
        now.set(100);
        times.ended(fast);
        now.set(1000);
        times.ended(slow);

        // When it is asked how long they took, then as long as the slow one.
        assertThat(times.slowestNanos()).isEqualTo(1000);
    }

    @Test
    void aCommitThatDoesNotEndIsAsSlowAsItIsOld() {
        // Given a commit that hangs.
        CommitTimes.Commit hanging = times.begin();

        // When it is asked again and again, then it is slower each time, before it has ended.
        now.set(500);
        assertThat(times.slowestNanos()).isEqualTo(500);
        now.set(5000);
        assertThat(times.slowestNanos()).isEqualTo(5000);
        times.ended(hanging);
        assertThat(times.slowestNanos()).isEqualTo(5000);
    }

    @Test
    void whatWasSlowFadesWhenNothingIsCommitted() {
        // Given a slow commit.
        CommitTimes.Commit slow = times.begin();
        now.set(1000);
        times.ended(slow);
        times.slowestNanos();

        // When no other comes, then the answer becomes less, a tenth at a time.
        assertThat(times.slowestNanos()).isEqualTo(900);
        assertThat(times.slowestNanos()).isEqualTo(810);
    }
}
