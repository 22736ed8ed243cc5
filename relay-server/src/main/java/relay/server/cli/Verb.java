package relay.server.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What every verb has: the root's options, a terminal, and the exit status of the manual.
abstract class Verb implements Callable<Integer> {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    // Escaped, so that a stranger's words cannot steer the terminal of who reads them.
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .build();

    private final RelayCommand root;
    private final Terminal terminal;

    Verb(RelayCommand root, Terminal terminal) {
        this.root = root;
        this.terminal = terminal;
    }

    final Path conf() {
        return root.conf();
    }

    final Terminal terminal() {
        return terminal;
    }

    /// Prints a node, or a record as an object of its components.
    final void printJson(Object json) {
        terminal.out().println(JSON.writeValueAsString(json));
    }

    final int refuse(List<Problem> problems) {
        problems.forEach(problem -> terminal.err().println(Words.printable(problem.toString())));
        return FAILED;
    }

    /// Says why on standard error; the result is `status`.
    final int refuse(int status, String why) {
        terminal.err().println("relay: " + Words.printable(why));
        return status;
    }
}
