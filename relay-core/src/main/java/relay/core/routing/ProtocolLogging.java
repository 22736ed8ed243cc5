package relay.core.routing;

/// What is written down of the dialogues with a connector's hosts.
public enum ProtocolLogging {
    NONE,
    /// The last of a dialogue, where something went wrong.
    ERRORS,
    ALL
}
