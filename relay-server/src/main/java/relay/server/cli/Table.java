package relay.server.cli;

import java.util.ArrayList;
import java.util.List;

/// Rows in aligned columns under a heading, two spaces between them. The last column is cut where
/// the line would be wider than the terminal, but never to less than 20 characters. Confined to one
/// thread.
final class Table {
    private static final String GAP = "  ";
    private static final int MIN_LAST = 20;

    private final List<List<String>> rows = new ArrayList<>();
    private final List<Align> columns;

    /// On which side a column is ragged.
    enum Align {
        LEFT,
        RIGHT
    }

    Table(List<Align> columns, String... heading) {
        this.columns = List.copyOf(columns);
        row(heading);
    }

    void row(String... cells) {
        if (cells.length != columns.size()) throw new IllegalArgumentException("ragged table");
        rows.add(List.of(cells).stream().map(Words::printable).toList());
    }

    void print(Terminal terminal) {
        int[] widths = new int[columns.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        int last = widths.length - 1;
        int before = 0;
        for (int i = 0; i < last; i++) before += widths[i] + GAP.length();
        int room = Math.max(MIN_LAST, terminal.columns() - before);
        for (List<String> row : rows) terminal.out().println(line(row, widths, room));
    }

    private String line(List<String> row, int[] widths, int room) {
        var line = new StringBuilder();
        int last = widths.length - 1;
        for (int i = 0; i < last; i++) {
            String padding = " ".repeat(widths[i] - row.get(i).length());
            switch (columns.get(i)) {
                case LEFT -> line.append(row.get(i)).append(padding);
                case RIGHT -> line.append(padding).append(row.get(i));
            }
            line.append(GAP);
        }
        return line.append(Words.cut(row.get(last), room)).toString().stripTrailing();
    }
}
