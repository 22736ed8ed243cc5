package relay.core.event;

/// Hears every [RelayEvent]. Called from any thread, event loops among them: must not block.
public interface EventSink {
    void on(RelayEvent event);
}
