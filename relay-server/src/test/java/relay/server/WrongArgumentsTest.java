package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.server.testing.RunningAdmin;
import relay.server.testing.Samples;

/// What every verb says to a wrong argument: exit status 2 for wrong usage, 1 for what cannot be
/// done, one message that helps on standard error, and nothing on standard output.
@Timeout(60)
class WrongArgumentsTest {
    /// A verb with arguments that are good, for what is wrong beside them.
    private static final List<String> VERBS =
            List.of(
                    "serve",
                    "check",
                    "explain bob@bank.example",
                    "verify-tls bank.example",
                    "demo",
                    "hash-password alice",
                    "track",
                    "queue list",
                    "queue show",
                    "queue messages",
                    "queue retry",
                    "queue resume --all",
                    "queue suspend --all",
                    "queue hold --all",
                    "queue remove --all",
                    "queue redirect --all --to filter",
                    "queue export --all",
                    "queue replay x.eml",
                    "queue backup x.db",
                    "queue check",
                    "sts list",
                    "sts refresh",
                    "sts purge --all");

    /// Those that ask the running relay, and those that need its token.
    private static final Pattern ASKING = Pattern.compile("queue (?!check).*|sts .*");

    private static final Pattern WITH_TOKEN =
            Pattern.compile("queue (?!check|list|show|messages).*|sts (?!list).*");

    /// Arguments, the exit status, and a part of what is said.
    private static final String TABLE =
            """
                                               | 2 | Missing required subcommand
            explian                            | 2 | Unmatched argument at index 0: 'explian'
            queue                              | 2 | Missing required subcommand
            queue lst                          | 2 | Unmatched argument at index 1: 'lst'
            sts                                | 2 | Missing required subcommand
            --conf                             | 2 | Missing required parameter for option '--conf'
            explain                            | 2 | Missing required parameter: 'RECIPIENT'
            explain a@b.example c@d.example    | 2 | Unmatched argument at index 2: 'c@d.example'
            verify-tls                         | 2 | Missing required parameter: 'DOMAIN'
            hash-password                      | 2 | Missing required parameter: 'USER'
            hash-password a --iterations x     | 2 | Invalid value for option '--iterations'
            hash-password a --iterations 5     | 2 | iterations
            track --start yesterday            | 2 | --start yesterday is no time
            track --start 2030-01-01           | 2 | is not before --end
            track --end                        | 2 | Missing required parameter for option '--end'
            track --domain a@b.example         | 2 | not a domain: a@b.example
            track --domain a --recipient b     | 2 | --recipient or --domain, not both
            track --format csv                 | 2 | --format goes with --proof
            track --proof --format xml         | 2 | no such format: xml
            track --proof --event SEND         | 2 | no --event, no --id
            queue list --limit 5               | 2 | Unknown option: '--limit'
            queue list nobody                  | 1 | not in the queue: nobody
            queue show nobody                  | 1 | not in the queue: nobody
            queue show --limit 0               | 2 | limit
            queue show --limit x               | 2 | Invalid value for option '--limit'
            queue messages --status sent       | 2 | status
            queue messages --older 5           | 2 | older
            queue retry bank --all             | 2 | name ids, or one of --all, --connector and --domain
            queue retry nobody                 | 1 | not in the queue: nobody
            queue retry --connector            | 2 | Missing required parameter for option '--connector'
            queue suspend                      | 2 | name ids, or one of --all
            queue resume                       | 2 | name ids, or one of --all
            queue resume --all --poison yes    | 2 | name ids, or one of --all
            queue hold                         | 2 | name ids, or one of --all
            queue remove                       | 2 | name ids, or one of --all
            queue remove nobody                | 1 | not in the queue: nobody
            queue redirect --all               | 2 | Missing required option: '--to
            queue redirect --all --to nobody   | 1 | no send connector in use has the name "nobody"
            queue export                       | 2 | name ids, or one of --all
            queue export nobody                | 1 | not in the queue: nobody
            queue export --all --to /no/where  | 1 | /no/where: there is no such folder
            queue replay                       | 2 | Missing required parameter: 'FILE'
            queue replay /no/where.eml         | 1 | /no/where.eml: there is no such file
            queue replay /tmp                  | 1 | /tmp: there is no such file
            queue backup                       | 2 | Missing required parameter: 'FILE'
            sts list a..b                      | 2 | not a domain: a..b
            sts refresh a..b                   | 2 | not a domain: a..b
            sts purge                          | 2 | name domains, or --all
            sts purge nobody.example           | 1 | nobody.example
            """;

    @TempDir Path data;

    private RunningAdmin admin;

    @BeforeEach
    void start() throws IOException {
        admin = RunningAdmin.start(data, Samples.NOON);
        admin.queue.add(
                Samples.BANK, 1, Samples.NOON, Samples.NOON.plusSeconds(60), Samples.unmetDemand());
        admin.queue.entries.add(
                Samples.entry(1, Samples.BANK, Samples.mailbox("bob", "bank.example")));
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    @Test
    void eachWrongArgumentHasItsStatusAndItsWords() {
        var all = new SoftAssertions();
        for (String row : TABLE.lines().toList()) {
            String[] cells = row.split("\\|", 3);
            int before = admin.printed.err().length();
            int status = admin.run(words(cells[0].strip()));
            String said = admin.printed.err().substring(before);
            all.assertThat(said).as(row).contains(cells[2].strip());
            all.assertThat(status).as(row).isEqualTo(Integer.parseInt(cells[1].strip()));
            all.assertThat(said).as(row).doesNotContain("Exception", "\tat ");
        }
        all.assertAll();
        assertThat(admin.printed.out()).isEmpty();
    }

    @Test
    void anUnknownOptionIsWrongUsageOfEveryVerb() {
        for (String verb : VERBS) {
            int before = admin.printed.err().length();
            assertThat(admin.run(words(verb + " --nonsense"))).as(verb).isEqualTo(2);
            assertThat(admin.printed.err().substring(before))
                    .as(verb)
                    .startsWith("Unknown option: '--nonsense'")
                    .containsAnyOf("Usage: relay ", "Possible solutions: ");
        }
        assertThat(admin.printed.out()).isEmpty();
    }

    @Test
    void whereNoRelayRunsEveryVerbThatAsksOneSaysSo() throws IOException {
        InetSocketAddress nobody;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = (InetSocketAddress) closed.getLocalSocketAddress();
        }
        Path file = Files.writeString(data.resolve("x.eml"), "X-Sender: <>\r\n");
        for (String verb : asking(ASKING)) {
            int before = admin.printed.err().length();
            String command = verb.replace("x.eml", file.toString());
            assertThat(admin.runAt(nobody, words(command))).as(verb).isEqualTo(1);
            assertThat(admin.printed.err().substring(before))
                    .as(verb)
                    .contains("no relay answers at 127.0.0.1:" + nobody.getPort())
                    .contains("is it running?")
                    .hasLineCount(1);
        }
        assertThat(admin.printed.out()).isEmpty();
    }

    @Test
    void withAnotherRelaysTokenEveryChangeSaysSo() throws IOException {
        Path other = Files.writeString(data.resolve("other"), "0".repeat(64));
        Path file = Files.writeString(data.resolve("x.eml"), "X-Sender: <>\r\n");
        for (String verb : asking(WITH_TOKEN)) {
            int before = admin.printed.err().length();
            String command = verb.replace("x.eml", file.toString());
            assertThat(admin.runWithToken(other, words(command))).as(verb).isEqualTo(1);
            assertThat(admin.printed.err().substring(before))
                    .as(verb)
                    .contains("does not take the token of " + other)
                    .hasLineCount(1);
        }
        assertThat(admin.queue.retried).isEmpty();
        assertThat(admin.queue.orders).isEmpty();
    }

    @Test
    void noVerbIsMissingHere() {
        var verbs = new TreeSet<String>();
        for (String parent : List.of("", "queue", "sts")) {
            int before = admin.printed.out().length();
            assertThat(admin.run(words(parent + " --help"))).isZero();
            String help = admin.printed.out().substring(before);
            Pattern.compile("^  ([a-z][a-z-]+)(?: |$)", Pattern.MULTILINE)
                    .matcher(help.substring(help.indexOf("Commands:")))
                    .results()
                    .map(found -> (parent + " " + found.group(1)).strip())
                    .forEach(verbs::add);
        }
        verbs.removeAll(List.of("queue", "sts"));
        assertThat(verbs).isNotEmpty();
        var tested = new TreeSet<String>();
        for (String verb : VERBS) {
            String[] words = verb.split(" ", -1);
            boolean nested = List.of("queue", "sts").contains(words[0]);
            tested.add(nested ? words[0] + " " + words[1] : words[0]);
        }
        assertThat(tested).isEqualTo(verbs);
    }

    private static List<String> asking(Pattern which) {
        return VERBS.stream().filter(verb -> which.matcher(verb).matches()).toList();
    }

    private static String[] words(String line) {
        return Stream.of(line.split(" +")).filter(word -> !word.isEmpty()).toArray(String[]::new);
    }
}
