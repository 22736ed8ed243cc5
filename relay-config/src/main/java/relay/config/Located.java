package relay.config;

/// A value, where it stands, and how it was written; `written` is empty where the value is a
/// default.
record Located<T>(Place place, String written, T value) {

    static <T> Located<T> byDefault(Place place, T value) {
        return new Located<>(place, "", value);
    }
}
