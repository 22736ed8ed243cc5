package relay.server.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import relay.server.report.Tally.Row;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What was counted and is not yet reported: a file for each UTC day in `tls-reports` of the data
/// folder. A file that is damaged is dropped with a word in the log: it is of no use to mail. Confined
/// to one thread at a time.
record DayFiles(Path folder) {
    private static final Logger LOG = LoggerFactory.getLogger(DayFiles.class);
    private static final String SUFFIX = ".json";

    static DayFiles in(Path dataFolder) {
        return new DayFiles(dataFolder.resolve("tls-reports"));
    }

    /// In their order.
    List<LocalDate> days() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.flatMap(file -> day(file).stream()).sorted().toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    private static Optional<LocalDate> day(Path file) {
        String name = String.valueOf(file.getFileName());
        if (!name.endsWith(SUFFIX)) return Optional.empty();
        try {
            return Optional.of(LocalDate.parse(name.substring(0, name.length() - SUFFIX.length())));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    /// Empty where there is no such file.
    List<Row> read(LocalDate day) {
        Path file = file(day);
        try {
            return List.of(JsonMapper.shared().readValue(Files.readAllBytes(file), Row[].class));
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException | JacksonException | NullPointerException e) {
            LOG.warn("{} cannot be read, and is begun anew: {}", file, e.toString());
            return List.of();
        }
    }

    /// Replaces the file; with no row it goes. A disk that refuses it is told of.
    void write(LocalDate day, List<Row> rows) {
        Path file = file(day);
        try {
            if (rows.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            Files.createDirectories(folder);
            Path fresh = folder.resolve(day + ".new");
            Files.write(fresh, JsonMapper.shared().writeValueAsBytes(rows));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.warn("{} cannot be written: {}", file, e.toString());
        }
    }

    private Path file(LocalDate day) {
        return folder.resolve(day + SUFFIX);
    }
}
