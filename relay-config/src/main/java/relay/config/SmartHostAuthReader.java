package relay.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import relay.core.routing.SmartHostAuth;
import relay.core.routing.SmartHostAuth.Mechanism;
import relay.core.sasl.SaslMechanism;

/// Reads `smartHostAuth` and fetches the password. No message here repeats a value.
record SmartHostAuthReader(Map<String, String> environment, Problems problems) {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)\\}");
    private static final int MAX_PASSWORD_CHARACTERS = 4096;

    SmartHostAuth read(Section section) {
        String username = section.text("username").map(Located::value).orElse("");
        if (hasControlCharacter(username)) {
            section.text("username")
                    .ifPresent(text ->
                            problems.error(
                                    text.place(), "a user name has no control characters", ""));
        }
        boolean fromFile = section.has("passwordFile");
        if (fromFile == section.has("password")) {
            problems.error(
                    section.place(),
                    fromFile ? "`passwordFile` and `password` exclude each other" : "no password",
                    "passwordFile: secrets/filter, or password: \"${FILTER_PASSWORD}\"");
        }
        Optional<String> password =
                fromFile
                        ? section.text("passwordFile").flatMap(this::fromFile)
                        : section.text("password").flatMap(this::fromEnvironment);
        return new SmartHostAuth(
                Mechanism.BASIC_AUTH_REQUIRE_TLS,
                username,
                password.orElse(""),
                mechanisms(section, SaslMechanism.ofPasswords()));
    }

    /// What is named, or else everything that `usable` has.
    private static Set<SaslMechanism> mechanisms(Section section, Set<SaslMechanism> usable) {
        List<Located<SaslMechanism>> named =
                section.parseEach("saslMechanisms", text -> mechanism(text, usable));
        return named.isEmpty()
                ? usable
                : named.stream().map(Located::value).collect(Collectors.toSet());
    }

    private static Parsed<SaslMechanism> mechanism(String text, Set<SaslMechanism> usable) {
        return usable.stream()
                .filter(mechanism -> mechanism.label().equals(text))
                .findFirst()
                .map(Parsed::good)
                .orElseGet(() ->
                        Parsed.bad(
                                "no such mechanism with a password",
                                usable.stream()
                                        .sorted()
                                        .map(SaslMechanism::label)
                                        .collect(Collectors.joining(", "))));
    }

    private Optional<String> fromEnvironment(Located<String> text) {
        Matcher variable = VARIABLE.matcher(text.value());
        if (!variable.matches()) {
            problems.error(
                    text.place(),
                    "a password is never in this file",
                    "name an environment variable, \"${FILTER_PASSWORD}\", or use passwordFile");
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
        return checked(value, "the environment variable " + name, text.place());
    }

    private Optional<String> fromFile(Located<String> text) {
        Optional<Path> path = FileReference.resolve(text, problems);
        return path.flatMap(file -> FileReference.read(file, text.place(), problems))
                .flatMap(bytes -> decoded(bytes, text.place()))
                .flatMap(content -> {
                    path.ifPresent(
                            file -> FileReference.noteOpenSecret(file, text.place(), problems));
                    return checked(
                            content.replaceFirst("\r?\n$", ""), "the password file", text.place());
                });
    }

    private Optional<String> decoded(byte[] bytes, Place place) {
        try {
            var decoder = StandardCharsets.UTF_8.newDecoder();
            return Optional.of(decoder.decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException _) {
            problems.error(place, "the password file is not UTF-8", "");
            return Optional.empty();
        }
    }

    private Optional<String> checked(String password, String source, Place place) {
        String wrong =
                password.isEmpty()
                        ? " is empty"
                        : password.length() > MAX_PASSWORD_CHARACTERS
                                ? " has more than " + MAX_PASSWORD_CHARACTERS + " characters"
                                : hasControlCharacter(password)
                                        ? " has a second line or a control character"
                                        : "";
        if (wrong.isEmpty()) return Optional.of(password);
        problems.error(place, source + wrong, "it holds the password alone");
        return Optional.empty();
    }

    // RFC 4616 §2 forbids NUL, and the RFC 4013 preparation of passwords every control character.
    private static boolean hasControlCharacter(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }
}
