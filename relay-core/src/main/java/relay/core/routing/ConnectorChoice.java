package relay.core.routing;

/// When a send connector is chosen, beside its address spaces: `scope` is the mail that it takes at
/// all, `whenDown` what its mail does while none of its hosts can be reached.
public record ConnectorChoice(ConnectorScope scope, WhenDown whenDown) {
    /// What is left out restricts nothing, and no mail leaves the connector.
    public static final ConnectorChoice DEFAULT =
            new ConnectorChoice(ConnectorScope.EVERYTHING, WhenDown.WAIT);

    /// Whether mail may go by the next connector.
    public enum WhenDown {
        WAIT,
        FAIL_OVER
    }

    /// Without fail-over.
    public ConnectorChoice(ConnectorScope scope) {
        this(scope, WhenDown.WAIT);
    }
}
