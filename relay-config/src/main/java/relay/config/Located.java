package relay.config;

/// A value and where it stands.
record Located<T>(Place place, T value) {}
