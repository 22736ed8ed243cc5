package relay.bench.micro;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import relay.core.smtp.Command;
import relay.core.smtp.CommandFramer;
import relay.core.smtp.CommandFramer.Frame;
import relay.core.smtp.CommandParser;
import relay.core.smtp.DataDecoder;

/// What an octet costs on its way in: command lines cut and parsed, content decoded.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DialogueBenchmark {
    private static final String COMMANDS =
            """
            MAIL FROM:<sender@client.example> SIZE=2048 BODY=8BITMIME\r
            RCPT TO:<someone@bank.example>\r
            DATA\r
            """;
    private static final String LINE = "0123456789".repeat(8).substring(0, 76) + "\r\n";

    /// Of the content.
    @Param({"2048", "51200"})
    public int octets;

    private byte[] commands = {};
    private byte[] content = {};
    private byte[] scratch = {};

    @Setup
    public void prepare() {
        commands = COMMANDS.getBytes(US_ASCII);
        String header = "From: <a@client.example>\r\nSubject: a message\r\n\r\n";
        content = (header + LINE.repeat(octets / LINE.length()) + ".\r\n").getBytes(US_ASCII);
        scratch = new byte[content.length];
    }

    @Benchmark
    public Command parseOne() {
        return CommandParser.parse("MAIL FROM:<sender@client.example> SIZE=2048 BODY=8BITMIME");
    }

    /// The three commands of a message, in one read.
    @Benchmark
    public int frameThree() {
        var framer = new CommandFramer();
        int lines = 0;
        for (int at = 0; at < commands.length; ) {
            Frame frame = framer.read(commands, at, commands.length);
            if (frame instanceof Frame.Line) lines++;
            at = frame.next();
        }
        return lines;
    }

    /// Decodes in place, so a copy of the content is part of the figure.
    @Benchmark
    public long decodeContent() {
        System.arraycopy(content, 0, scratch, 0, content.length);
        var decoder = new DataDecoder();
        decoder.decode(scratch, 0, scratch.length);
        return decoder.sizeBytes();
    }
}
