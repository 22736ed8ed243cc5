package relay.core.tls;

/// What a look at a host, or at all hosts of a partner, says about our policy.
public enum PolicyVerdict {
    MET("met"),
    NOT_MET("not-met"),
    /// Nobody answered, so that nothing can be said.
    NOT_REACHED("not-reached");

    private final String label;

    PolicyVerdict(String label) {
        this.label = label;
    }

    /// The word in logs and JSON.
    public String label() {
        return label;
    }
}
