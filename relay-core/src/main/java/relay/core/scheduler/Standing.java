package relay.core.scheduler;

import relay.core.routing.Lane;

/// Lets mail leave a connector whose hosts are down, and come back: looks through the lanes that it
/// concerns whenever one of them fails or is back. Where each entry goes is the board's to say.
record Standing(Board board, Sweeps sweeps) {

    /// A lane has failed once more.
    void hasFailed(LaneState lane, Turn turn) {
        if (lane.lane.isFailedOver() || lane.mayBeLeft()) sweeps.lookForElsewhere(lane, turn);
    }

    /// Somebody can be reached again: for the lane's own mail, and for what waits to go there.
    void isBack(LaneState lane, Turn turn) {
        if (lane.mayFailOver()) lookThrough(board.standInsFor(lane.lane.connector()), turn);
        lookThrough(board.waitingFor(lane.lane), turn);
    }

    /// A trouble that is on disk does not say whether somebody was there before the connection was lost.
    /// Mail that has left is proof that nobody was; without it one connection finds out at once.
    void recall(LaneState lane, Turn turn) {
        if (lane.lane.isFailedOver() || hasBeenLeft(lane.lane)) lane.countsAsDown();
        else if (lane.mayFailOver()) lane.retries(turn);
    }

    /// Each domain that is routed by DNS has hosts of its own.
    private boolean hasBeenLeft(Lane lane) {
        boolean hasSmartHosts = lane.nextHop().equals(Lane.SMART_HOSTS);
        return board.standInsFor(lane.connector()).stream()
                .filter(other -> hasSmartHosts || other.lane.nextHop().equals(lane.nextHop()))
                .anyMatch(other -> other.queued() > 0);
    }

    private void lookThrough(Iterable<LaneState> lanes, Turn turn) {
        for (LaneState lane : lanes) {
            sweeps.lookForElsewhere(lane, turn);
            turn.touch(lane);
        }
    }
}
