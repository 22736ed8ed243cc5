package relay.server.cli;

/// Something that keeps the relay from running, with its place in the configuration. `line` and
/// `column` count from 1, and are 0 where the trouble is with the file as a whole; `file` is empty
/// where it is with no file. `hint` says what would be right; it may be empty.
public record Problem(String file, int line, int column, String what, String hint) {

    /// `file:line:column: what (hint)`.
    @Override
    public String toString() {
        var text = new StringBuilder(file);
        if (line > 0) text.append(':').append(line).append(':').append(column);
        if (!file.isEmpty()) text.append(": ");
        text.append(what);
        if (!hint.isEmpty()) text.append(" (").append(hint).append(')');
        return text.toString();
    }
}
