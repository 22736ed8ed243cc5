package relay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import relay.server.cli.Actions.Explanation;
import relay.server.cli.Actions.Fact;
import relay.server.testing.CapturedTerminal;
import relay.server.testing.Samples;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class RelayCommandLineTest {
    private static final Problem PROBLEM =
            new Problem("conf/connectors.yaml", 12, 5, "unknown key \"requireTLS\"", "requireTls?");

    private final CapturedTerminal printed = new CapturedTerminal();
    private final List<Path> folders = new ArrayList<>();
    private final List<String> sources = new ArrayList<>();
    private List<Problem> problems = List.of();
    private Explanation explanation = new Explanation.Explained(List.of());

    @Test
    void wrongUsageIsStatusTwoWithTheUsageOnStandardError() {
        // Given command lines that mean nothing.
        List<List<String>> wrong =
                List.of(
                        List.of(),
                        List.of("dance"),
                        List.of("serve", "--nonsense"),
                        List.of("serve", "now"),
                        List.of("serve", "--conf"),
                        List.of("explain"),
                        List.of("explain", "a@b.example", "c@d.example"),
                        List.of("queue"),
                        List.of("queue", "dance"),
                        List.of("queue", "list", "--all", "bank"),
                        List.of("queue", "retry", "--domain", "a.example", "--connector", "b"),
                        List.of("queue", "show", "--limit", "many"));
        for (List<String> arguments : wrong) {
            var terminal = new CapturedTerminal();

            // When they are given.
            int status = run(terminal, arguments);

            // Then nothing is done, and standard output stays clean for the next in the pipe.
            assertThat(status).as("%s", arguments).isEqualTo(2);
            assertThat(terminal.out()).as("%s", arguments).isEmpty();
            assertThat(terminal.err()).as("%s", arguments).contains("Usage: relay");
        }
        assertThat(folders).isEmpty();
    }

    @Test
    void helpAndVersionAreDataAndStatusZero() {
        // Given a newcomer, when help and version are asked for.
        int help = run("--help");
        int verbHelp = run("queue", "retry", "--help");
        int version = run("--version");

        // Then both are on standard output.
        assertThat(List.of(help, verbHelp, version)).containsOnly(0);
        assertThat(printed.out())
                .contains("serve", "check", "explain", "queue", "--conf=DIR", "relay 0.1.0")
                .contains("Usage: relay queue retry");
        assertThat(printed.err()).isEmpty();
    }

    @Test
    void theFolderIsConfUnlessToldAndMayStandAnywhere() {
        // Given the option left out, behind the verb, and before it.
        run("check");
        run("check", "--conf", "elsewhere");
        run("--conf=before", "check");

        // When the verbs run, then each has its folder.
        assertThat(folders)
                .containsExactly(Path.of("conf"), Path.of("elsewhere"), Path.of("before"));
    }

    @Test
    void checkPrintsEveryErrorAndIsStatusOne() {
        // Given two errors.
        problems = List.of(PROBLEM, new Problem("conf/relay.yaml", 0, 0, "no such file", ""));

        // When the configuration is checked, then both are data.
        assertThat(run("check")).isEqualTo(1);
        assertThat(printed.out())
                .isEqualTo(
                        """
                        conf/connectors.yaml:12:5: unknown key "requireTLS" (requireTls?)
                        conf/relay.yaml: no such file
                        """);
        assertThat(printed.err()).isEmpty();
    }

    @Test
    void checkSaysWhenNothingIsWrongAndPrintsJsonWhereAsked() {
        // Given no error, and then one.
        int good = run("check", "--json");
        problems = List.of(PROBLEM);
        var second = new CapturedTerminal();
        int bad = run(second, List.of("check", "--json"));

        // When both are printed as JSON, then a program can read them.
        assertThat(good).isZero();
        assertThat(printed.err()).isEqualTo("conf: no errors\n");
        assertThat(JsonMapper.shared().readTree(printed.out()).path("problems").size()).isZero();
        assertThat(bad).isEqualTo(1);
        var problem = JsonMapper.shared().readTree(second.out()).path("problems").get(0);
        assertThat(problem.path("line").asInt()).isEqualTo(12);
        assertThat(problem.path("hint").asString()).isEqualTo("requireTls?");
    }

    @Test
    void serveThatCannotStartSaysWhyOnStandardError() {
        // Given a configuration with an error.
        problems = List.of(PROBLEM);

        // When the relay is started, then it is status 1 and standard output is empty.
        assertThat(run("serve")).isEqualTo(1);
        assertThat(printed.err()).startsWith("conf/connectors.yaml:12:5: unknown key");
        assertThat(printed.out()).isEmpty();
    }

    @Test
    void serveThatRanAndStoppedIsStatusZero() {
        // Given a good configuration, when the relay has run, then all is well.
        assertThat(run("serve", "--conf", "c")).isZero();
        assertThat(folders).containsExactly(Path.of("c"));
    }

    @Test
    void explainPrintsEachFactWithTheLineThatSaysSo() {
        // Given a route.
        explanation =
                new Explanation.Explained(
                        List.of(
                                new Fact("connector", "bank", "connectors.yaml:12"),
                                new Fact("next hop", "mx.bank.example", "")));

        // When it is explained.
        int status = run("explain", "bob@bank.example", "--from", "alice@sender.example");

        // Then the facts are aligned.
        assertThat(status).isZero();
        assertThat(printed.out())
                .isEqualTo(
                        """
                        connector  bank  (connectors.yaml:12)
                        next hop   mx.bank.example
                        """);
    }

    @Test
    void explainIsToldWhoSentTheMessageAndWhichConnectorTookIt() {
        // Given a message of which more and more is known, when it is asked about.
        run("explain", "b@bank.example");
        run("explain", "b@bank.example", "--from", "a@b.example", "--via", "internal");

        // Then all of it is passed on.
        assertThat(sources).containsExactly("anybody by any", "a@b.example by internal");
    }

    @Test
    void explainOfNoAddressIsWrongUsageAndOfABrokenConfigurationAFailure() {
        // Given a recipient that is none, and then errors in the files.
        explanation = new Explanation.BadQuestion("not a mail address: bob");
        int bad = run("explain", "bob");
        explanation = new Explanation.BadConfiguration(List.of(PROBLEM));
        int broken = run("explain", "bob@bank.example");

        // When they are explained, then the status tells them apart.
        assertThat(bad).isEqualTo(2);
        assertThat(broken).isEqualTo(1);
        assertThat(printed.err()).startsWith("relay: not a mail address: bob\nconf/connectors");
    }

    @Test
    void withoutARunningRelayAQueueVerbSaysSoInOneLine() {
        // Given an admin port where nobody listens, when the queue is listed.
        int status = run("queue", "list");

        // Then one line says where it looked.
        assertThat(status).isEqualTo(1);
        assertThat(printed.err())
                .matches(
                        "relay: no relay answers at 127\\.0\\.0\\.1:1 \\(.*\\); is it running\\?\n");
        assertThat(printed.out()).isEmpty();
    }

    @Test
    void aBugInAVerbIsStatusOneWithItsTraceOnStandardError() {
        // Given an action that throws.
        var actions =
                new Actions(
                        _ -> {
                            throw new IllegalStateException("a bug");
                        },
                        _ -> List.of(),
                        (_, _, _) -> new Actions.CheckedQueue.Sound(),
                        (_, _, _, _) -> explanation,
                        _ -> at(),
                        (_, _, _, _) -> new Actions.Tracked.Complete(),
                        (_, _) -> new Actions.Verified.BadDomain(""),
                        _ -> List.of(),
                        "0.1.0");

        // When it runs, then the trace is there and standard output is clean.
        int status =
                new RelayCommandLine(actions, printed.terminal(80), () -> Samples.NOON)
                        .run("serve");
        assertThat(status).isEqualTo(1);
        assertThat(printed.err()).startsWith("java.lang.IllegalStateException: a bug");
        assertThat(printed.out()).isEmpty();
    }

    private int run(String... arguments) {
        return run(printed, List.of(arguments));
    }

    private int run(CapturedTerminal terminal, List<String> arguments) {
        var actions =
                new Actions(
                        this::noted,
                        this::noted,
                        (_, _, _) -> new Actions.CheckedQueue.Sound(),
                        this::explained,
                        _ -> at(),
                        (_, _, _, _) -> new Actions.Tracked.Complete(),
                        (_, _) -> new Actions.Verified.BadDomain(""),
                        _ -> List.of(),
                        "0.1.0");
        return new RelayCommandLine(actions, terminal.terminal(80), () -> Samples.NOON)
                .run(arguments.toArray(String[]::new));
    }

    private List<Problem> noted(Path conf) {
        folders.add(conf);
        return problems;
    }

    private Explanation explained(
            Path conf, String recipient, Optional<String> sender, Optional<String> via) {
        folders.add(conf);
        sources.add(sender.orElse("anybody") + " by " + via.orElse("any"));
        return explanation;
    }

    /// Port 1, where nobody listens who could answer.
    private static Actions.AdminPlace at() {
        return new Actions.AdminPlace.At(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 1),
                Path.of("nowhere", "admin-token"));
    }
}
