package relay.core.simulation;

/// A promise of the relay was broken.
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String what) {
        super(what);
    }
}
