package relay.core.routing;

/// The place in the configuration that says so; `relay explain` quotes it. `line` counts from 1.
public record Origin(String file, int line) {
    @Override
    public String toString() {
        return file + ":" + line;
    }
}
