package relay.core.fuzz;

import java.util.Objects;

/// What a fuzz target claims of its subject, at little cost: it is asked thousands of times a
/// second.
public final class Claim {
    private Claim() {}

    /// `subject` is shown where the claim does not hold.
    public static void that(boolean holds, String claim, Object subject) {
        if (!holds) throw new AssertionError(claim + ": " + subject);
    }

    public static void same(Object wanted, Object found, String what) {
        if (!Objects.equals(wanted, found)) {
            throw new AssertionError(what + "\nwanted " + wanted + "\nfound  " + found);
        }
    }
}
