package relay.core.scheduler;

/// Lets mail leave a connector whose hosts are down, and come back: looks through the lanes that it
/// concerns whenever one of them fails or is back. Where each entry goes is the board's to say.
record Standing(Board board, Sweeps sweeps) {

    /// A lane has failed once more.
    void hasFailed(LaneState lane, Turn turn) {
        if (lane.lane.isFailedOver() || lane.mayBeLeft()) sweeps.lookForElsewhere(lane, turn);
    }

    /// Somebody can be reached again.
    void isBack(LaneState lane, Turn turn) {
        if (lane.lane.isFailedOver()) {
            lookThrough(board.down(lane.lane.insteadOf()), turn);
        } else if (lane.mayFailOver()) {
            lookThrough(board.standInsFor(lane.lane.connector()), turn);
        }
    }

    private void lookThrough(Iterable<LaneState> lanes, Turn turn) {
        for (LaneState lane : lanes) {
            sweeps.lookForElsewhere(lane, turn);
            turn.touch(lane);
        }
    }
}
