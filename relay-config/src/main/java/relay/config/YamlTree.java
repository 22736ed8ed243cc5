package relay.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// Builds the tree of one YAML document from the parser's events.
///
/// Anchors, aliases and tags are refused: the policy says each thing where it holds, and a small
/// file cannot become a huge tree. The tree is at most [#MAX_DEPTH] deep.
final class YamlTree {
    private static final int MAX_DEPTH = 32;
    private static final LoadSettings SETTINGS =
            LoadSettings.builder()
                    .setSchema(new CoreSchema())
                    .setCodePointLimit(SourceText.MAX_BYTES)
                    .build();

    private final Path file;
    private final Problems problems;
    private final Iterator<Event> events;
    private final Set<String> anchors = new HashSet<>();

    private YamlTree(Path file, Problems problems, Iterator<Event> events) {
        this.file = file;
        this.problems = problems;
        this.events = events;
    }

    /// Empty where the text is no YAML or has no content; the reason is in `problems`.
    static Optional<YamlNode> parse(Path file, String text, Problems problems) {
        try {
            Iterator<Event> events = new Parse(SETTINGS).parseString(text).iterator();
            return new YamlTree(file, problems, events).document();
        } catch (YamlEngineException broken) {
            SyntaxError.report(file, text, broken, problems);
            return Optional.empty();
        }
    }

    private Optional<YamlNode> document() {
        events.next(); // the start of the stream
        Event start = events.next();
        if (start.getEventId() == Event.ID.StreamEnd) {
            problems.error(Place.startOf(file), "the file is empty", SourceText.TO_START_WITH);
            return Optional.empty();
        }
        YamlNode root = node(events.next(), 0);
        events.next(); // the end of the document
        Event after = events.next();
        if (after.getEventId() == Event.ID.DocumentStart) {
            problems.error(place(after), "a second document begins here", "remove the line ---");
        }
        return Optional.of(root);
    }

    private YamlNode node(Event event, int depth) {
        Place place = place(event);
        if (event instanceof NodeEvent node) refuseAnchor(node, place);
        return switch (event.getEventId()) {
            case Scalar -> scalar((ScalarEvent) event, place);
            case MappingStart, SequenceStart -> collection((CollectionStartEvent) event, depth);
            case Alias -> alias((AliasEvent) event, place);
            case StreamStart,
                    StreamEnd,
                    DocumentStart,
                    DocumentEnd,
                    MappingEnd,
                    SequenceEnd,
                    Comment ->
                    throw new IllegalStateException("no node: " + event);
        };
    }

    private YamlNode collection(CollectionStartEvent start, int depth) {
        Place place = place(start);
        start.getTag().ifPresent(tag -> refuseTag(tag, place));
        // The scanner's time grows with the square of the depth: no look at what is below.
        if (depth == MAX_DEPTH) {
            throw new ParserException(
                    "nested more than " + MAX_DEPTH + " deep", start.getStartMark());
        }
        return start.getEventId() == Event.ID.MappingStart
                ? mapping(place, depth + 1)
                : sequence(place, depth + 1);
    }

    private YamlNode sequence(Place place, int depth) {
        var items = new ArrayList<YamlNode>();
        for (Event event = events.next(); !isEnd(event); event = events.next()) {
            items.add(node(event, depth));
        }
        return new YamlNode.Sequence(place, List.copyOf(items));
    }

    private YamlNode mapping(Place place, int depth) {
        var entries = new ArrayList<YamlNode.Entry>();
        var seen = new HashMap<String, Place>();
        for (Event event = events.next(); !isEnd(event); event = events.next()) {
            YamlNode key = node(event, depth);
            YamlNode value = node(events.next(), depth);
            if (!(key instanceof YamlNode.Scalar(var keyPlace, var name, _))) {
                if (key instanceof YamlNode.Unusable) continue;
                problems.error(key.place(), "a key must be a single word", "");
                continue;
            }
            Place first = seen.putIfAbsent(name, keyPlace);
            if (first == null) entries.add(new YamlNode.Entry(keyPlace, name, value));
            else duplicate(name, keyPlace, first);
        }
        return new YamlNode.Mapping(place, List.copyOf(entries));
    }

    private void duplicate(String name, Place second, Place first) {
        String what = "the key " + Quoted.of(name) + " stands here twice";
        problems.error(second, what, "first on line " + first.line());
    }

    private YamlNode scalar(ScalarEvent event, Place place) {
        event.getTag().ifPresent(tag -> refuseTag(tag, place));
        return new YamlNode.Scalar(place, event.getValue(), kind(event));
    }

    private static YamlNode.Kind kind(ScalarEvent event) {
        Tag tag =
                SETTINGS.getSchema()
                        .getScalarResolver()
                        .resolve(event.getValue(), event.getImplicit().canOmitTagInPlainScalar());
        // Only the decimal numbers of the core schema: 0x10 and 0o17 are no way to write a limit.
        if (tag.equals(Tag.INT) && event.getValue().matches("[-+]?[0-9]+")) {
            return YamlNode.Kind.INTEGER;
        }
        if (tag.equals(Tag.FLOAT)) return YamlNode.Kind.FRACTION;
        if (tag.equals(Tag.BOOL)) return YamlNode.Kind.TRUTH;
        return tag.equals(Tag.NULL) ? YamlNode.Kind.NOTHING : YamlNode.Kind.TEXT;
    }

    // A name such as *example without quotes is an alias to YAML, and a likely slip.
    private YamlNode alias(AliasEvent event, Place place) {
        String name = event.getAlias().getValue();
        problems.error(
                place,
                Quoted.of("*" + name) + " without quotes is a YAML alias, which is not used here",
                anchors.contains(name) ? "write the values out" : "write \"*" + name + "\"");
        return new YamlNode.Unusable(place);
    }

    private void refuseAnchor(NodeEvent event, Place place) {
        if (event instanceof AliasEvent || event.getAnchor().isEmpty()) return;
        String name = event.getAnchor().get().getValue();
        anchors.add(name);
        String what = Quoted.of("&" + name) + " is a YAML anchor, which is not used here";
        problems.error(place, what, "write the values out");
    }

    private void refuseTag(String tag, Place place) {
        problems.error(
                place, "YAML tags such as " + Quoted.of(tag) + " are not used here", "remove it");
    }

    private static boolean isEnd(Event event) {
        return event.getEventId() == Event.ID.MappingEnd
                || event.getEventId() == Event.ID.SequenceEnd;
    }

    private Place place(Event event) {
        return event.getStartMark().map(mark -> place(file, mark)).orElse(Place.startOf(file));
    }

    static Place place(Path file, Mark mark) {
        return new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
    }
}
