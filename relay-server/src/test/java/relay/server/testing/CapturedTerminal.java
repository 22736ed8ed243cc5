package relay.server.testing;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import relay.server.cli.Terminal;

/// Keeps what a command prints.
public final class CapturedTerminal {
    private final StringWriter out = new StringWriter();
    private final ByteArrayOutputStream raw = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();

    public Terminal terminal(int columns) {
        return new Terminal(new PrintWriter(out, true), raw, new PrintWriter(err, true), columns);
    }

    /// What was printed that is no text.
    public byte[] raw() {
        return raw.toByteArray();
    }

    public String out() {
        return out.toString();
    }

    public String err() {
        return err.toString();
    }
}
