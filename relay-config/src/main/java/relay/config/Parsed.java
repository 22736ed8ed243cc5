package relay.config;

import java.util.Optional;
import java.util.function.Function;

/// A value that was read from a text, or what is wrong with the text and what to write instead.
sealed interface Parsed<T> {

    record Good<T>(T value) implements Parsed<T> {}

    record Bad<T>(String what, String hint) implements Parsed<T> {}

    static <T> Parsed<T> good(T value) {
        return new Good<>(value);
    }

    static <T> Parsed<T> bad(String what, String hint) {
        return new Bad<>(what, hint);
    }

    /// Good where there is a value, and bad with the given texts where there is none.
    static <T> Parsed<T> of(Optional<T> value, String what, String hint) {
        return value.<Parsed<T>>map(Good::new).orElseGet(() -> new Bad<>(what, hint));
    }

    default <R> Parsed<R> map(Function<T, R> function) {
        return flatMap(value -> new Good<>(function.apply(value)));
    }

    default <R> Parsed<R> flatMap(Function<T, Parsed<R>> function) {
        return switch (this) {
            case Good<T>(var value) -> function.apply(value);
            case Bad<T>(var what, var hint) -> new Bad<>(what, hint);
        };
    }
}
