package relay.server.tracking;

import java.util.function.Consumer;

/// A way to print a proof.
interface ProofReport {
    /// Prints all of it. `passes` goes through the rows, in the order of time, as often as it is
    /// asked to: they may be too many to be kept.
    void print(Consumer<Consumer<ProofRow>> passes);
}
