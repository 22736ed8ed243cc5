package relay.core.delivery;

import static relay.core.delivery.DialogueScript.with;
import static relay.core.delivery.OutboundSamples.entry;

import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.queue.QueueEntry;

/// A host gets no more on one connection than it says that it takes (RFC 9422).
class LimitsDialogueTest {

    private static String open(String limits) {
        return """
        > connected
        S: 220 mx.example.org ESMTP
        C: EHLO relay.example.net
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250 LIMITS %s
        < opened none
        """
                .formatted(limits);
    }

    private static final String FIRST =
            """
            > offer 1
            C: MAIL FROM:<a@example.net>
            C: RCPT TO:<b@example.org>
            C: DATA
            S: 250 ok
            S: 250 ok
            S: 354 go
            C: <content of 1>
            > final dot
            S: 250 queued
            < 1 b: Delivered 250 queued
            """;

    @Test
    void theSessionEndsItselfWhenItHasHadItsTransactions() {
        with(entry(1, "b"), entry(2, "c"))
                .plays(
                        open("MAILMAX=1")
                                + "< ready 1\n"
                                + FIRST
                                + """
                                C: QUIT
                                > offer 2
                                < returned 2
                                S: 221 bye
                                < close
                                < served
                                """);
    }

    @Test
    void itAsksForNoMoreEntriesThanTransactions() {
        with(entry(1, "b"), entry(2, "c"))
                .plays(
                        open("MAILMAX=2")
                                + "< ready 2\n"
                                + FIRST
                                + """
                                > offer 2
                                C: MAIL FROM:<a@example.net>
                                C: RCPT TO:<c@example.org>
                                C: DATA
                                S: 250 ok
                                S: 550 5.1.1 no such user
                                S: 554 5.5.1 no recipients
                                < 2 c: Rejected reply 5.1.1
                                C: QUIT
                                """);
    }

    @Test
    void moreRecipientsThanATransactionTakesAreNotBegun() {
        // The scheduler offers nothing of the kind.
        with(entry(1, "b", "c"), entry(2, "d", "e", "f"))
                .plays(
                        open("RCPTMAX=2")
                                + """
                                < ready 2
                                > offer 1
                                C: MAIL FROM:<a@example.net>
                                C: RCPT TO:<b@example.org>
                                C: RCPT TO:<c@example.org>
                                C: DATA
                                > offer 2
                                S: 250 ok
                                S: 250 ok
                                S: 550 5.1.1 no such user
                                S: 354 go
                                C: <content of 1>
                                > final dot
                                S: 250 queued
                                < 1 b: Delivered 250 queued
                                < 1 c: Rejected reply 5.1.1
                                < returned 2
                                C: QUIT
                                """);
    }

    @Test
    void anotherDomainGoesByAnotherConnection() {
        // Given a host that takes recipients of one domain.
        with(entry(1, "b"), to(entry(2, "c"), mailbox("x", "other.example")), entry(3, "d"))
                .plays(
                        open("RCPTDOMAINMAX=1")
                                + "< ready 2\n"
                                + FIRST
                                + """
                                < ready 1
                                > offer 2
                                < returned 2
                                C: QUIT
                                > offer 3
                                < returned 3
                                """);
    }

    @Test
    void domainsCountOverAllTransactions() {
        // Given a host that takes recipients of two domains, and mail for one of them and a third.
        with(
                        to(
                                entry(1, "b"),
                                mailbox("b", "example.org"),
                                mailbox("x", "other.example")),
                        to(
                                entry(2, "c"),
                                mailbox("c", "example.org"),
                                mailbox("y", "third.example")))
                .plays(
                        open("RCPTDOMAINMAX=2")
                                + """
                                < ready 2
                                > offer 1
                                C: MAIL FROM:<a@example.net>
                                C: RCPT TO:<b@example.org>
                                C: RCPT TO:<x@other.example>
                                C: DATA
                                > offer 2
                                S: 250 ok
                                S: 250 ok
                                S: 250 ok
                                S: 354 go
                                C: <content of 1>
                                > final dot
                                S: 250 queued
                                < 1 b: Delivered 250 queued
                                < 1 x: Delivered 250 queued
                                < returned 2
                                C: QUIT
                                """);
    }

    @Test
    void theLimitsOfTheLastEhloCount() {
        // Given a host that has others once it is encrypted.
        with(entry(1, "b"))
                .plays(
                        """
                        > connected
                        S: 220 mx.example.org ESMTP
                        C: EHLO relay.example.net
                        S: 250-mx.example.org
                        S: 250-LIMITS MAILMAX=5
                        S: 250 STARTTLS
                        C: STARTTLS
                        S: 220 go
                        < start tls
                        > secured
                        C: EHLO relay.example.net
                        S: 250-mx.example.org
                        S: 250 LIMITS MAILMAX=1
                        < opened TLSv1.3
                        < ready 1
                        """);
    }

    private static Mailbox mailbox(String localPart, String domain) {
        return new Mailbox(localPart, new Domain(domain));
    }

    private static QueueEntry to(QueueEntry entry, Mailbox... recipients) {
        return QueueEntry.fresh(entry.envelope(), 0, entry.lane(), List.of(recipients));
    }
}
