package relay.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

/// The message: a small header with its number, and lines of 78 octets up to its size.
final class Letter {
    /// Is followed by the number of the message.
    static final String FIELD = "X-Bench: ";

    private static final String LINE = "0123456789".repeat(8).substring(0, 76) + "\r\n";

    private final byte[] body;

    Letter(int octets) {
        var text = new StringBuilder();
        int lines = Math.max(1, (octets - header(0).length) / LINE.length());
        text.append(LINE.repeat(lines)).append(".\r\n");
        body = text.toString().getBytes(US_ASCII);
    }

    static byte[] header(int number) {
        return (FIELD
                        + number
                        + "\r\nFrom: <load@bench.example>\r\nTo: <to@bench.example>\r\n"
                        + "Subject: a message of the benchmark\r\nMessage-ID: <"
                        + number
                        + "@bench.example>\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n\r\n")
                .getBytes(US_ASCII);
    }

    /// What follows the header, up to the final dot. Not to be changed.
    byte[] body() {
        return body;
    }
}
