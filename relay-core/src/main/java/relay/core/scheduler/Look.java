package relay.core.scheduler;

import relay.core.queue.QueueEntry;

/// What a question about a lane's entries, due or not, is asked for.
interface Look {
    /// An entry that is in the lane.
    void at(LaneState lane, QueueEntry entry, Turn turn);

    /// An entry that was in the lane and came back from an attempt, or ended, after the question.
    void atOutdated(LaneState lane, QueueEntry entry, Turn turn);

    /// The whole answer has been dealt with.
    void over(Turn turn);
}
