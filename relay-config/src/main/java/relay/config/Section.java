package relay.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import relay.config.YamlNode.Entry;
import relay.config.YamlNode.Kind;
import relay.config.YamlNode.Mapping;
import relay.config.YamlNode.Scalar;
import relay.config.YamlNode.Sequence;

/// The keys and values of one mapping, as the readers see them.
///
/// A value that is absent or of the wrong type is simply not there: the schema check reports it.
/// What a parser refuses is reported here.
record Section(Mapping mapping, Problems problems) {

    static Section of(YamlNode node, Problems problems) {
        var mapping = node instanceof Mapping found ? found : new Mapping(node.place(), List.of());
        return new Section(mapping, problems);
    }

    Place place() {
        return mapping.place();
    }

    boolean has(String key) {
        return mapping.entry(key).isPresent();
    }

    Optional<Place> keyPlace(String key) {
        return mapping.entry(key).map(Entry::keyPlace);
    }

    Optional<Section> section(String key) {
        return value(key, Mapping.class).map(found -> new Section(found, problems));
    }

    List<Section> sections(String key) {
        return items(key).stream()
                .filter(Mapping.class::isInstance)
                .map(item -> new Section((Mapping) item, problems))
                .toList();
    }

    Optional<Located<String>> text(String key) {
        return value(key, Scalar.class)
                .filter(scalar -> scalar.kind() == Kind.TEXT)
                .map(scalar -> new Located<>(scalar.place(), scalar.text(), scalar.text()));
    }

    Optional<Boolean> truth(String key) {
        return value(key, Scalar.class)
                .filter(scalar -> scalar.kind() == Kind.TRUTH)
                .map(scalar -> scalar.text().equalsIgnoreCase("true"));
    }

    /// A whole number; the schema keeps it within the bounds of an `int`.
    Optional<Integer> number(String key) {
        return value(key, Scalar.class)
                .filter(scalar -> scalar.kind() == Kind.INTEGER)
                .map(scalar -> Math.clamp(scalar.number(), 1, Integer.MAX_VALUE));
    }

    /// One of a few words; any other is as if absent.
    <T> Optional<Located<T>> word(String key, Map<String, T> words) {
        return text(key)
                .flatMap(text ->
                        Optional.ofNullable(words.get(text.value()))
                                .map(word -> new Located<>(text.place(), text.written(), word)));
    }

    <T> Optional<Located<T>> parse(String key, Function<String, Parsed<T>> parser) {
        return value(key, Scalar.class).flatMap(scalar -> parse(scalar, parser));
    }

    <T> List<Located<T>> parseEach(String key, Function<String, Parsed<T>> parser) {
        return items(key).stream()
                .filter(Scalar.class::isInstance)
                .flatMap(item -> parse((Scalar) item, parser).stream())
                .toList();
    }

    private <T> Optional<Located<T>> parse(Scalar scalar, Function<String, Parsed<T>> parser) {
        if (scalar.kind() == Kind.NOTHING) return Optional.empty();
        return switch (parser.apply(scalar.text())) {
            case Parsed.Good<T>(var value) ->
                    Optional.of(new Located<>(scalar.place(), scalar.text(), value));
            case Parsed.Bad<T>(var what, var hint) -> {
                problems.error(scalar.place(), what, hint);
                yield Optional.empty();
            }
        };
    }

    private List<YamlNode> items(String key) {
        return value(key, Sequence.class).map(Sequence::items).orElse(List.of());
    }

    private <N extends YamlNode> Optional<N> value(String key, Class<N> kind) {
        return mapping.entry(key).map(Entry::value).filter(kind::isInstance).map(kind::cast);
    }
}
