package relay.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Fetches secrets, which are never in the files themselves: from a file of their own, or from an
/// environment variable. No message here repeats a value.
record SecretReader(Map<String, String> environment, Problems problems) {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)\\}");
    private static final int MAX_CHARACTERS = 4096;

    /// The keys of one secret: `key` holds a variable's name, `key` + `File` a path. `noun` is what
    /// people call it, `variable` an example.
    record Wanted(String key, String noun, String variable) {
        String fileKey() {
            return key + "File";
        }

        private String hint() {
            String file = noun.equals("password") ? "filter" : noun.replace(' ', '-');
            return fileKey() + ": secrets/" + file + ", or " + key + ": \"" + variable + "\"";
        }
    }

    boolean has(Section section, Wanted wanted) {
        return section.has(wanted.key()) || section.has(wanted.fileKey());
    }

    /// Empty where there is an error, which is reported.
    Optional<String> read(Section section, Wanted wanted) {
        boolean fromFile = section.has(wanted.fileKey());
        if (fromFile == section.has(wanted.key())) {
            problems.error(
                    section.place(),
                    fromFile
                            ? "`"
                                    + wanted.fileKey()
                                    + "` and `"
                                    + wanted.key()
                                    + "` exclude each other"
                            : "no " + wanted.noun(),
                    wanted.hint());
        }
        return fromFile
                ? section.text(wanted.fileKey()).flatMap(text -> fromFile(text, wanted))
                : section.text(wanted.key()).flatMap(text -> fromEnvironment(text, wanted));
    }

    private Optional<String> fromEnvironment(Located<String> text, Wanted wanted) {
        Matcher variable = VARIABLE.matcher(text.value());
        if (!variable.matches()) {
            problems.error(
                    text.place(),
                    "a " + wanted.noun() + " is never in this file",
                    "name an environment variable, \""
                            + wanted.variable()
                            + "\", or use "
                            + wanted.fileKey());
            return Optional.empty();
        }
        String name = variable.group(1);
        String value = environment.get(name);
        if (value == null) {
            problems.error(
                    text.place(),
                    "the environment variable " + name + " is not set",
                    "set it where the relay is started");
            return Optional.empty();
        }
        return checked(value, "the environment variable " + name, text.place(), wanted);
    }

    private Optional<String> fromFile(Located<String> text, Wanted wanted) {
        Optional<Path> path = FileReference.resolve(text, problems);
        String source = "the " + wanted.noun() + " file";
        return path.flatMap(file -> FileReference.read(file, text.place(), problems))
                .flatMap(bytes -> decoded(bytes, source, text.place()))
                .flatMap(content -> {
                    path.ifPresent(
                            file -> FileReference.noteOpenSecret(file, text.place(), problems));
                    String secret = content.replaceFirst("\r?\n$", "");
                    return checked(secret, source, text.place(), wanted);
                });
    }

    private Optional<String> decoded(byte[] bytes, String source, Place place) {
        try {
            var decoder = StandardCharsets.UTF_8.newDecoder();
            return Optional.of(decoder.decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException _) {
            problems.error(place, source + " is not UTF-8", "");
            return Optional.empty();
        }
    }

    private Optional<String> checked(String secret, String source, Place place, Wanted wanted) {
        String wrong =
                secret.isEmpty()
                        ? " is empty"
                        : secret.length() > MAX_CHARACTERS
                                ? " has more than " + MAX_CHARACTERS + " characters"
                                : hasControlCharacter(secret)
                                        ? " has a second line or a control character"
                                        : "";
        if (wrong.isEmpty()) return Optional.of(secret);
        problems.error(place, source + wrong, "it holds the " + wanted.noun() + " alone");
        return Optional.empty();
    }

    // RFC 4616 §2 forbids NUL, and the RFC 4013 preparation of passwords every control character.
    static boolean hasControlCharacter(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }
}
