package relay.core.queue;

import java.util.List;
import java.util.concurrent.CompletionStage;
import relay.core.routing.Lane;

/// The operator's hands on the running queue. Any thread; what is asked for is done in its turn,
/// and the stage completes when it is done and, where something changed, on disk. It fails with
/// [Stopped] where the relay stops before that is known.
public interface QueueControl {

    /// The relay has stopped. What was asked for may be done or not; the next start shows.
    final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Stopped() {
            super("the relay is stopping");
        }
    }

    CompletionStage<List<LaneStatus>> lanes();

    /// Makes the entries of these lanes due at once and ends the lanes' own waiting. Completes with
    /// how many entries that is.
    CompletionStage<Long> retry(List<Lane> lanes);

    /// Ends the suspension of these lanes: what it kept back is due at once. Completes with how many
    /// entries that is. What is held stays so until it is released ([MailOrder.Release]).
    CompletionStage<Long> resume(List<Lane> lanes);

    /// Nothing of these lanes is attempted or expires until [#resume], also after a restart; what is
    /// being attempted may end. Completes with how many entries wait there.
    CompletionStage<Long> suspend(List<Lane> lanes);

    /// Has `order` carried out on the chosen entries.
    CompletionStage<OrderResult> order(MailOrder order, List<MailChoice> choices);
}
