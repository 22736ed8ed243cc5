package relay.server.tracking;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One file of the log, by its name: `2026-11-24.jsonl` is being written, or will be;
/// `2026-11-24.0003.jsonl` is the third part of the day, whole; `2026-11-24.0003.jsonl.gz` the same
/// part compressed. Days are UTC days. Ordered by time.
record Segment(LocalDate day, int number, Form form) implements Comparable<Segment> {
    /// The number of the part that is being written: it comes after all others of its day.
    static final int LIVE = Integer.MAX_VALUE;

    private static final Pattern NAME =
            Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)(?:\\.(\\d{4,9}))?\\.jsonl(\\.gz)?");
    private static final Comparator<Segment> ORDER =
            Comparator.comparing(Segment::day)
                    .thenComparingInt(Segment::number)
                    .thenComparing(Segment::form);

    enum Form {
        COMPRESSED,
        PLAIN
    }

    static Segment live(LocalDate day) {
        return new Segment(day, LIVE, Form.PLAIN);
    }

    static Optional<Segment> parse(String fileName) {
        Matcher name = NAME.matcher(fileName);
        if (!name.matches()) return Optional.empty();
        boolean live = name.group(2) == null;
        if (live && name.group(3) != null) return Optional.empty();
        try {
            return Optional.of(
                    new Segment(
                            LocalDate.parse(name.group(1)),
                            live ? LIVE : Integer.parseInt(name.group(2)),
                            name.group(3) == null ? Form.PLAIN : Form.COMPRESSED));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    /// Every file of the log in `folder`, the oldest first; none where there is no folder.
    static List<Segment> all(Path folder) throws IOException {
        var found = new ArrayList<Segment>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) parse(file.getFileName().toString()).ifPresent(found::add);
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        found.sort(ORDER);
        return found;
    }

    /// The number for the next finished part of `day`.
    static int nextNumber(Path folder, LocalDate day) throws IOException {
        return 1
                + all(folder).stream()
                        .filter(part -> part.day().equals(day) && !part.isLive())
                        .mapToInt(Segment::number)
                        .max()
                        .orElse(0);
    }

    boolean isLive() {
        return number == LIVE;
    }

    Segment compressed() {
        return new Segment(day, number, Form.COMPRESSED);
    }

    Segment plain() {
        return new Segment(day, number, Form.PLAIN);
    }

    Path in(Path folder) {
        return folder.resolve(toString());
    }

    @Override
    public int compareTo(Segment other) {
        return ORDER.compare(this, other);
    }

    /// The file's name.
    @Override
    public String toString() {
        String part = isLive() ? "" : ".%04d".formatted(number);
        return day + part + ".jsonl" + (form == Form.COMPRESSED ? ".gz" : "");
    }
}
