package relay.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// The text of one configuration file. Limit: 16 MiB, UTF-8 alone.
final class SourceText {
    static final int MAX_BYTES = 16 << 20;
    static final String TO_START_WITH = "conf/ in the distribution has one to start with";
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private SourceText() {}

    /// Empty where the file cannot be read as text; the reason is in `problems`.
    static Optional<String> read(Path file, Problems problems) {
        var start = Place.startOf(file);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length <= MAX_BYTES) return decode(file, bytes, problems);
            problems.error(start, "the file is larger than 16 MiB", "");
        } catch (NoSuchFileException _) {
            problems.error(start, "no such file", TO_START_WITH);
        } catch (AccessDeniedException _) {
            problems.error(start, "the file cannot be read: permission denied", "");
        } catch (IOException unreadable) {
            problems.error(start, "the file cannot be read: " + unreadable.getMessage(), "");
        }
        return Optional.empty();
    }

    private static Optional<String> decode(Path file, byte[] bytes, Problems problems) {
        var characters = CharBuffer.allocate(bytes.length + 1);
        CoderResult result =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(bytes), characters, true);
        String text = characters.flip().toString();
        if (result.isError()) {
            Place place = placeAfter(file, text);
            problems.error(place, "this is not UTF-8", "save the file as UTF-8");
            return Optional.empty();
        }
        return Optional.of(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
    }

    /// The place of the character that follows `text`, the beginning of the file.
    static Place placeAfter(Path file, String text) {
        String lines = text.replace("\r\n", "\n");
        int line = 1 + (int) lines.chars().filter(c -> c == '\n').count();
        int lineStart = lines.lastIndexOf('\n') + 1;
        return new Place(file, line, 1 + lines.codePointCount(lineStart, lines.length()));
    }
}
