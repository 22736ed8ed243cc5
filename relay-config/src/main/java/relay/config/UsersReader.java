package relay.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import relay.core.routing.ReceiveConnector.Authentication;
import relay.core.routing.ReceiveConnector.Authentication.Need;
import relay.core.sasl.SaslPrep;
import relay.core.sasl.SaslUsers;
import relay.core.sasl.ScramVerifier;

/// Reads `authentication` of a receive connector, and the file of its users. No message here
/// repeats what stands in that file.
final class UsersReader {
    private static final String FORM = "each line is what `relay hash-password NAME` prints";

    private UsersReader() {}

    static Authentication read(Section section) {
        Problems problems = section.problems();
        boolean required = section.truth("required").orElse(true);
        Map<String, ScramVerifier> verifiers =
                section.text("usersFile").map(text -> users(text, problems)).orElseGet(Map::of);
        return new Authentication(
                required ? Need.REQUIRED : Need.OFFERED, new SaslUsers(verifiers));
    }

    private static Map<String, ScramVerifier> users(Located<String> text, Problems problems) {
        Optional<Path> path = FileReference.resolve(text, problems);
        Optional<byte[]> bytes =
                path.flatMap(file -> FileReference.read(file, text.place(), problems));
        if (bytes.isEmpty()) return Map.of();
        path.ifPresent(file -> FileReference.noteOpenSecret(file, text.place(), problems));
        List<String> lines = new String(bytes.get(), StandardCharsets.UTF_8).lines().toList();
        var users = new HashMap<String, ScramVerifier>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) continue;
            String wrong = add(line, users);
            if (wrong.isEmpty()) continue;
            problems.error(text.place(), "line " + (i + 1) + " of the users file " + wrong, FORM);
        }
        if (users.isEmpty()) {
            problems.error(text.place(), "the users file has no user", FORM);
        }
        return users;
    }

    /// What is wrong with the line; empty where it was added.
    private static String add(String line, Map<String, ScramVerifier> users) {
        int colon = line.indexOf(":SCRAM-SHA-256$");
        String name = colon < 0 ? "" : SaslPrep.prepared(line.substring(0, colon));
        if (name.isEmpty()) return "is not a name, a colon and a hash of SCRAM-SHA-256";
        return ScramVerifier.parse(line.substring(colon + 1))
                .map(verifier ->
                        users.put(name, verifier) == null ? "" : "has a name that was there before")
                .orElse("has a broken hash, or one with fewer than 4096 iterations");
    }
}
