package relay.core.routing;

/// When a send connector is chosen, beside its address spaces: `scope` is the mail that it takes at
/// all.
public record ConnectorChoice(ConnectorScope scope) {
    /// What is left out restricts nothing.
    public static final ConnectorChoice DEFAULT = new ConnectorChoice(ConnectorScope.EVERYTHING);
}
