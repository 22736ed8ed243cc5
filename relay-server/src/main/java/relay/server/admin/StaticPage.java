package relay.server.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// A file of the console, read from the program's own resources once.
record StaticPage(String contentType, String content) {

    static StaticPage of(String name, String contentType) {
        try (InputStream file = StaticPage.class.getResourceAsStream(name)) {
            if (file == null) throw new IllegalStateException("the program lacks " + name);
            return new StaticPage(
                    contentType, new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
