package relay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import relay.core.address.Mailbox;
import relay.core.queue.MailChoice;
import relay.core.queue.MailOrder;
import relay.core.queue.MailOrder.Release.Poison;
import relay.core.queue.QueueEntry;
import relay.core.routing.Lane;
import relay.server.cli.Terminal;
import relay.server.testing.CapturedTerminal;
import relay.server.testing.FakeQueue;
import relay.server.testing.RunningAdmin;
import relay.server.testing.Samples;
import tools.jackson.databind.json.JsonMapper;

/// The `queue` verbs and the admin port together: what an administrator sees and does.
@Timeout(60)
class QueueCommandTest {
    private static final Instant NOW = Samples.NOON.plus(Duration.ofHours(51));

    @TempDir Path data;

    private RunningAdmin admin;
    private FakeQueue queue;
    private CapturedTerminal printed;

    @BeforeEach
    void start() throws IOException {
        admin = RunningAdmin.start(data, NOW);
        queue = admin.queue;
        printed = admin.printed;
        queue.add(Samples.BANK, 2, Samples.NOON, NOW.plusSeconds(725), Samples.unmetDemand());
        queue.addActive(Samples.CLINIC, 1, NOW.minusSeconds(5));
        queue.entries.add(
                Samples.entry(1, Samples.BANK, bank("bob"), bank("x\u001b[2J\u202e@evil")));
        queue.entries.add(Samples.entry(2, Samples.BANK, bank("carol")));
        queue.entries.add(
                Samples.entry(3, Samples.CLINIC, Samples.mailbox("dan", "a.clinic.example")));
    }

    @AfterEach
    void stop() {
        admin.close();
    }

    @Test
    void listShowsHowManyHowOldWhenNextAndWhy() {
        // Given a bank whose TLS is broken and a filter that works, when the queues are listed.
        int status = run(Terminal.UNLIMITED, "queue", "list");

        // Then each has a line.
        assertThat(status).isZero();
        assertThat(printed.out().lines().map(line -> line.replaceAll(" {2,}", " | ")))
                .containsExactly(
                        "QUEUE | TYPE | STATUS | MESSAGES | HELD | SIZE | OLDEST | IN/MIN | OUT/MIN"
                                + " | VELOCITY | LAST TRY | NEXT TRY | LAST ERROR",
                        "bank/bank.example | dns | Retry | 2 | 0 | 2.0 KiB | 2d3h | 30 | 12 | -18"
                                + " | 2d3h | in 12m5s | 4.7.5 a TLS"
                                + " demand was not met: encryption (connector bank): not-offered (no"
                                + " STARTTLS in EHLO) [mx.bank.example[192.0.2.7]:25]",
                        "filter/smarthosts+*.clinic.example | smarthost | Active | 1 | 0 | 1000 B"
                                + " | 5s | 0 | 4 | 4 | - | -");
        assertThat(printed.err()).isEmpty();
    }

    @Test
    void theLastErrorIsCutToTheTerminal() {
        // Given a window of 140 columns, when the queues are listed, then no line is wider.
        run(140, "queue", "list", "bank");
        assertThat(printed.out().lines()).hasSize(2).allMatch(line -> line.length() <= 140);
        assertThat(printed.out()).contains("…");
    }

    @Test
    void showPrintsSenderAndEveryRecipientSafely() {
        // Given a recipient that would clear the screen, when the bank's messages are shown.
        int status = run(80, "queue", "show", "bank/bank.example");

        // Then both messages are there, whole and harmless.
        String id = queue.entries.getFirst().id().toString();
        assertThat(status).isZero();
        assertThat(printed.out())
                .startsWith(
                        id
                                + "  bank/bank.example  queued  2.0 KiB  2d3h old  0 attempts\n"
                                + "  from   <alice@sender.example>\n"
                                + "  to     <bob@bank.example>, <x\uFFFD[2J\uFFFD@evil@bank.example>\n"
                                + "  next   due now\n"
                                + "\n")
                .contains("<carol@bank.example>")
                .doesNotContain("clinic");
    }

    @Test
    void showOfOneMessageShowsOnlyThat() {
        // Given a message's id, when it is shown, then nothing else is.
        run(80, "queue", "show", queue.entries.getLast().id().message().toString());
        assertThat(printed.out()).contains("dan@a.clinic.example").doesNotContain("bank");
    }

    @Test
    void aLimitSaysThatThereIsMoreOnStandardError() {
        // Given two messages for the bank, when one is asked for.
        run(80, "queue", "show", "--connector", "bank", "--limit", "1");

        // Then data and remark are kept apart.
        assertThat(printed.out()).doesNotContain("carol");
        assertThat(printed.err()).isEqualTo("there are more; see --limit\n");
    }

    @Test
    void retryAloneMeansAll() {
        // Given the queue, when it is retried without saying what.
        int status = run(80, "queue", "retry");

        // Then every lane is.
        assertThat(status).isZero();
        assertThat(queue.retried).containsExactly(Samples.BANK, Samples.CLINIC);
        assertThat(printed.out()).isEqualTo("2 messages in 2 queues made due\n");
    }

    @Test
    void retryTakesWhatIsNamedAndNothingElse() {
        // Given the ways to name the clinic's lane, when each is retried, then only it is.
        List<List<String>> ways =
                List.of(
                        List.of("filter/smarthosts+*.clinic.example"),
                        List.of("--connector", "filter"),
                        List.of("--domain", "a.clinic.example"));
        for (List<String> way : ways) {
            queue.retried.clear();
            var arguments = new ArrayList<>(List.of("queue", "retry"));
            arguments.addAll(way);
            assertThat(run(80, arguments.toArray(String[]::new))).isZero();
            assertThat(queue.retried).as("%s", way).isEqualTo(List.<Lane>of(Samples.CLINIC));
        }
    }

    @Test
    void anIdThatIsNotThereIsNamedAndStatusOne() {
        // Given an id of nothing, when each verb gets it beside a good one.
        for (String verb :
                List.of(
                        "list",
                        "show",
                        "messages",
                        "retry",
                        "resume",
                        "suspend",
                        "hold",
                        "remove")) {
            var terminal = new CapturedTerminal();
            int status = run(terminal, 80, "queue", verb, "bank", "7F3A00000000");

            // Then it is named, and nothing is done or shown.
            assertThat(status).as(verb).isEqualTo(1);
            assertThat(terminal.err()).isEqualTo("relay: not in the queue: 7F3A00000000\n");
            assertThat(terminal.out()).isEmpty();
        }
        assertThat(queue.retried).isEmpty();
        assertThat(queue.suspended).isEmpty();
        assertThat(queue.orders).isEmpty();
    }

    @Test
    void whatChangesMailMustBeTold() {
        // Given the verbs that keep, end or redirect mail, when nothing is named, then nothing is
        // done.
        for (String verb : List.of("suspend", "resume", "hold", "remove", "redirect")) {
            var terminal = new CapturedTerminal();
            assertThat(run(terminal, 80, "queue", verb)).as(verb).isEqualTo(2);
            assertThat(terminal.err()).contains("Usage: relay queue " + verb);
        }
        assertThat(queue.suspended).isEmpty();
        assertThat(queue.orders).isEmpty();
    }

    @Test
    void suspendTakesAConnectorsQueues() {
        // Given the filter's queue, when its connector is suspended, then the answer counts.
        assertThat(run(80, "queue", "suspend", "--connector", "filter")).isZero();
        assertThat(queue.suspended).containsExactly(Samples.CLINIC);
        assertThat(printed.out()).isEqualTo("1 queue with 1 message suspended\n");
    }

    @Test
    void removeTellsTheSendersUnlessToldOtherwise() {
        // Given a message, when it is removed in both ways.
        QueueEntry entry = queue.entries.getFirst();
        String id = entry.id().message().toString();
        assertThat(run(80, "queue", "remove", id)).isZero();
        assertThat(run(80, "queue", "remove", id, "--no-notice")).isZero();

        // Then the orders say so, for that message alone.
        assertThat(queue.orders)
                .containsExactly(
                        new MailOrder.Remove(MailOrder.Remove.Notice.TO_SENDER),
                        new MailOrder.Remove(MailOrder.Remove.Notice.NONE));
        assertThat(queue.chosen)
                .containsOnly(new MailChoice.Single(Samples.BANK, List.of(entry.id())));
        assertThat(printed.out()).isEqualTo("1 message removed\n1 message removed\n");
    }

    @Test
    void anOrderSaysWhatIsUnderWayAndWhatWasLeftAlone() {
        // Given messages that are being attempted, and some for other domains too.
        queue.underWay = 2;
        queue.leftAlone = 1;

        // When the bank's are held.
        assertThat(run(80, "queue", "hold", "--domain", "bank.example")).isZero();

        // Then both are said.
        assertThat(queue.chosen)
                .containsExactly(
                        new MailChoice.ForDomain(Samples.BANK, Samples.domain("bank.example")));
        assertThat(printed.out())
                .isEqualTo(
                        "1 message held\n2 messages being attempted: held when the attempt has"
                                + " ended, if anything is left\n");
        assertThat(printed.err()).startsWith("1 message left alone: they have recipients of");
    }

    @Test
    void redirectNeedsAConnectorThatIsInUse() {
        // Given connectors bank and filter, when mail is redirected to one and to none.
        assertThat(run(80, "queue", "redirect", "bank", "--to", "filter")).isZero();
        assertThat(run(80, "queue", "redirect", "bank")).isEqualTo(2);
        assertThat(run(80, "queue", "redirect", "bank", "--to", "nowhere")).isEqualTo(1);

        // Then only the first was ordered.
        assertThat(queue.orders).containsExactly(new MailOrder.Redirect("filter"));
        assertThat(queue.chosen).containsExactly(new MailChoice.Whole(Samples.BANK));
        assertThat(printed.out()).isEqualTo("1 message redirected to filter\n");
        assertThat(printed.err()).contains("no send connector in use has the name \"nowhere\"");
    }

    @Test
    void resumeOfAMessageReleasesThatAlone() {
        // Given a message's id, when it is resumed, then its queue is not.
        String id = queue.entries.getFirst().id().message().toString();
        assertThat(run(80, "queue", "resume", id)).isZero();
        assertThat(queue.orders).containsExactly(new MailOrder.Release(Poison.TOO));
        assertThat(printed.out()).isEqualTo("1 message in 1 queue resumed; 1 had been held\n");
    }

    @Test
    void resumeOfManyLeavesWhatTheRelayFailedOverHeldAndSaysSo() {
        // Given a queue that holds messages, of which one is poison.
        queue.addHeld(Samples.BANK, 3);
        queue.poison = 1;

        // When all is resumed, then what is held is asked for where something is held.
        assertThat(run(80, "queue", "resume", "--all")).isZero();
        assertThat(queue.orders).containsExactly(new MailOrder.Release(Poison.STAYS_HELD));
        assertThat(queue.chosen).containsExactly(new MailChoice.Whole(Samples.BANK));
        assertThat(printed.out()).endsWith(" resumed; 1 had been held\n");
        assertThat(printed.err()).startsWith("1 message left held: the relay itself failed there");

        // And with the word for it that one goes as well.
        assertThat(run(80, "queue", "resume", "--all", "--poison")).isZero();
        assertThat(queue.orders).last().isEqualTo(new MailOrder.Release(Poison.TOO));
    }

    @Test
    void resumeByDomainReleasesThatDomainsMailAlone() {
        queue.addHeld(Samples.BANK, 1);
        queue.leftAlone = 2;
        assertThat(run(80, "queue", "resume", "--domain", "bank.example")).isZero();
        assertThat(queue.chosen)
                .containsExactly(
                        new MailChoice.ForDomain(Samples.BANK, Samples.domain("bank.example")));
        assertThat(printed.err()).startsWith("2 messages left alone: they have recipients of");
    }

    @Test
    void messagesAreALineEachAndCanBeFiltered() {
        // Given three messages, when they are listed by status, sender and age.
        assertThat(run(Terminal.UNLIMITED, "queue", "messages", "bank", "--older", "2d")).isZero();
        assertThat(printed.out().lines().skip(1).map(line -> line.replaceAll(" {2,}", " | ")))
                .hasSize(2)
                .last()
                .asString()
                .endsWith(
                        "| bank/bank.example | queued | 2d3h | 2.0 KiB | <alice@sender.example> |"
                                + " <carol@bank.example>");
        for (List<String> none :
                List.of(
                        List.of("--status", "held"),
                        List.of("--sender", "bob@sender.example"),
                        List.of("--sender", "<>"),
                        List.of("--older", "3d"))) {
            var terminal = new CapturedTerminal();
            var arguments = new ArrayList<>(List.of("queue", "messages"));
            arguments.addAll(none);
            assertThat(run(terminal, 80, arguments.toArray(String[]::new))).isZero();
            assertThat(terminal.err()).as("%s", none).isEqualTo("no messages\n");
        }
        assertThat(run(80, "queue", "messages", "--sender", "SENDER.example")).isZero();
    }

    @Test
    void aFilterThatMeansNothingIsWrongUsage() {
        // Given filters that are none, when messages are listed, then it is status 2.
        assertThat(run(80, "queue", "messages", "--status", "lost")).isEqualTo(2);
        assertThat(run(80, "queue", "messages", "--older", "soon")).isEqualTo(2);
        assertThat(printed.err()).contains("status is queued or held").contains("such as 30m");
    }

    @Test
    void whatTheRelayDoesNotUnderstandIsWrongUsage() {
        // Given a domain that is none and a limit out of bounds, when used, then it is status 2.
        assertThat(run(80, "queue", "list", "--domain", "-no-")).isEqualTo(2);
        assertThat(run(80, "queue", "show", "--limit", "0")).isEqualTo(2);
        assertThat(printed.err()).contains("not a domain: -no-").contains("limit is a number");
    }

    @Test
    void jsonIsTheApisAnswerInPlainAscii() {
        // Given a recipient with an escape character, when messages are shown as JSON.
        int status = run(80, "queue", "show", "--json");

        // Then a program can read it and no terminal obeys it.
        assertThat(status).isZero();
        var messages = JsonMapper.shared().readTree(printed.out()).path("messages");
        assertThat(messages.size()).isEqualTo(3);
        assertThat(messages.get(0).path("recipients").get(1).asString())
                .isEqualTo("x\u001b[2J\u202e@evil@bank.example");
        assertThat(printed.out().codePoints()).allMatch(c -> c == '\n' || (c >= ' ' && c < 127));
    }

    @Test
    void anEmptyQueueIsNoFailure() {
        // Given nothing queued.
        queue.statuses.clear();

        // When it is listed and retried, then that is status 0.
        assertThat(run(80, "queue", "list")).isZero();
        assertThat(run(80, "queue", "retry")).isZero();
        assertThat(printed.err()).isEqualTo("no queues\n");
        assertThat(printed.out()).isEqualTo("0 messages in 0 queues made due\n");
    }

    @Test
    void aWildcardAdminAddressIsReachedOnThisMachine() {
        // Given an admin port that listens everywhere, when the queue is listed, then loopback
        // finds it.
        var anywhere = new InetSocketAddress(admin.address().getPort());
        int status = admin.runAt(anywhere, "queue", "list");
        assertThat(status).isZero();
    }

    private static Mailbox bank(String localPart) {
        return Samples.mailbox(localPart, "bank.example");
    }

    private int run(int columns, String... arguments) {
        return run(printed, columns, arguments);
    }

    private int run(CapturedTerminal terminal, int columns, String... arguments) {
        return admin.runOn(terminal, columns, arguments);
    }
}
