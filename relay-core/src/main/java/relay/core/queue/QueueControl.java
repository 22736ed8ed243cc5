package relay.core.queue;

import java.util.List;
import java.util.concurrent.CompletionStage;
import relay.core.routing.Lane;

/// The operator's hands on the running queue. Any thread; what is asked for is done in its turn,
/// and the stage completes when it is done.
public interface QueueControl {

    CompletionStage<List<LaneStatus>> lanes();

    /// Makes the entries of these lanes due at once and ends the lanes' own waiting. Completes with
    /// how many entries that is.
    CompletionStage<Long> retry(List<Lane> lanes);

    /// Gives the held entries of these lanes back to delivery, due at once. Completes with how many
    /// entries that is.
    CompletionStage<Long> resume(List<Lane> lanes);
}
