package relay.server.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import relay.core.sasl.SaslPrep;
import relay.core.sasl.ScramVerifier;

/// Makes a line for the users file of a receive connector. The password comes from standard input,
/// so that it stands in no list of processes and no history.
@Command(
        name = "hash-password",
        description =
                "Read a password from standard input and print the line for USER in a usersFile.")
final class HashPasswordVerb extends Verb {
    private static final int SALT_BYTES = 16;

    @Parameters(paramLabel = "USER", description = "the name to log in with")
    private String user = "";

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description = "how often the password is hashed (default: 100000)")
    private int iterations = 100_000;

    HashPasswordVerb(RelayCommand root, Terminal terminal) {
        super(root, terminal);
    }

    @Override
    public Integer call() throws IOException {
        boolean bounded =
                iterations >= ScramVerifier.MIN_ITERATIONS
                        && iterations <= ScramVerifier.MAX_ITERATIONS;
        if (!bounded) {
            return refuse(
                    WRONG_USAGE,
                    "--iterations is from "
                            + ScramVerifier.MIN_ITERATIONS
                            + " to "
                            + ScramVerifier.MAX_ITERATIONS);
        }
        if (user.isBlank() || isUnusable(user) || user.startsWith("#")) {
            return refuse(WRONG_USAGE, "a user name has a letter and no control character");
        }
        String password = password();
        if (password.isEmpty() || isUnusable(password)) {
            return refuse(FAILED, "no password: it is the first line of standard input");
        }
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        var verifier = ScramVerifier.of(password, ByteBuffer.wrap(salt), iterations);
        PrintWriter out = terminal().out();
        out.println(SaslPrep.prepared(user.strip()) + ":" + verifier.text());
        return DONE;
    }

    private static boolean isUnusable(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }

    private static String password() throws IOException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        return Objects.requireNonNullElse(in.readLine(), "");
    }
}
