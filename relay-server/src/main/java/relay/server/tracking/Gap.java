package relay.server.tracking;

/// A time of which records may be missing. `lost` is how many, or empty where nobody knows.
record Gap(String from, String to, String lost, String why) {
    static Gap of(TrackedRecord record) {
        return new Gap(
                record.text("from"), record.text("to"), record.text("lost"), record.text("why"));
    }

    @Override
    public String toString() {
        return "the log has a gap from " + from + " to " + to + ": " + why;
    }
}
