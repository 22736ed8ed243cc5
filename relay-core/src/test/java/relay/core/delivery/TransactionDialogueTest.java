package relay.core.delivery;

import static relay.core.delivery.DialogueScript.with;
import static relay.core.delivery.OutboundSamples.entry;
import static relay.core.delivery.Transcripts.OPEN;
import static relay.core.delivery.Transcripts.OPEN_HELO;

import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.queue.Envelope.Need;

/// What is said of messages, once a session is open.
class TransactionDialogueTest {
    @Test
    void withPipeliningTheNextMessageFollowsTheFinalDotAtOnce() {
        DialogueScript.opportunistic().plays(Transcripts.PIPELINED);
    }

    @Test
    void withoutPipeliningEachCommandWaitsForTheReplyToTheOneBefore() {
        DialogueScript.opportunistic().plays(Transcripts.LOCK_STEP);
    }

    @Test
    void anEntryThatComesWhileAnotherWaitsForItsVerdictIsBegunAtOnce() {
        DialogueScript.opportunistic()
                .plays(
                        OPEN
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<b@example.org>
                                C: DATA
                                S: 250 ok
                                S: 250 ok
                                S: 354 go
                                C: <content of 1>
                                > final dot
                                > offer 2
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<c@example.org>
                                C: DATA
                                S: 250 queued
                                S: 250 ok
                                S: 250 ok
                                S: 354 go
                                < 1 b: Delivered 250 queued
                                < ready 1
                                C: <content of 2>
                                """);
    }

    @Test
    void eachRecipientHasItsOwnOutcome() {
        with(entry(1, "b", "full", "gone", "many"))
                .plays(
                        OPEN
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<b@example.org>
                                C: RCPT TO:<full@example.org>
                                C: RCPT TO:<gone@example.org>
                                C: RCPT TO:<many@example.org>
                                C: DATA
                                S: 250 ok
                                S: 250 ok
                                S: 450 4.2.2 full
                                S: 550 5.1.1 no such user
                                S: 452 4.5.3 too many recipients
                                S: 354 go
                                C: <content of 1>
                                > final dot
                                S: 250 queued
                                < 1 b: Delivered 250 queued
                                < 1 full: Deferred reply 4.2.2
                                < 1 gone: Rejected reply 5.1.1
                                < 1 many: Deferred reply 4.5.3
                                < ready 1
                                """);
    }

    @Test
    void a552ToARecipientThatMeansTooManyIsTemporary() {
        // RFC 5321 §4.5.3.1.10; with a status that says otherwise it is what it says.
        with(entry(1, "b", "many", "full"))
                .plays(
                        OPEN
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<b@example.org>
                                C: RCPT TO:<many@example.org>
                                C: RCPT TO:<full@example.org>
                                C: DATA
                                S: 250 ok
                                S: 250 ok
                                S: 552 too many recipients
                                S: 552 5.2.2 mailbox full
                                S: 354 go
                                C: <content of 1>
                                > final dot
                                S: 250 queued
                                < 1 b: Delivered 250 queued
                                < 1 many: Deferred reply 5.0.0
                                < 1 full: Rejected reply 5.2.2
                                < ready 1
                                """);
    }

    @Test
    void whenMailIsRefusedTheRestOfTheGroupIsReadAndTheNextEntryBeginsWithReset() {
        DialogueScript.opportunistic()
                .plays(
                        OPEN
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<b@example.org>
                                C: DATA
                                > offer 2
                                S: 550 5.7.1 not from you
                                S: 503 5.5.1 no MAIL
                                S: 503 5.5.1 no MAIL
                                < 1 b: Rejected reply 5.7.1
                                < ready 1
                                C: RSET
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<c@example.org>
                                C: DATA
                                S: 250 reset
                                S: 250 ok
                                S: 250 ok
                                S: 354 go
                                C: <content of 2>
                                """);
    }

    @Test
    void contentThatIsWantedForNobodyIsALoneDot() {
        // RFC 2920 §3.1.
        DialogueScript.opportunistic()
                .plays(
                        OPEN
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<b@example.org>
                                C: DATA
                                > offer 2
                                S: 250 ok
                                S: 550 5.1.1 no such user
                                S: 354 go
                                C: .
                                S: 554 5.5.1 no valid recipients
                                < 1 b: Rejected reply 5.1.1
                                < ready 1
                                C: RSET
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<c@example.org>
                                C: DATA
                                """);
    }

    @Test
    void aHostThatRefusesMailButWantsItsContentIsCutOff() {
        // Even a lone dot could be taken for a message to the recipient that it accepted.
        with(entry(1, "b"))
                .plays(
                        OPEN
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<b@example.org>
                                C: DATA
                                S: 550 5.7.1 not from you
                                S: 250 ok
                                S: 354 go
                                < 1 b: Rejected reply 5.7.1
                                < close
                                < served, trouble connection 4.5.0
                                """);
    }

    @Test
    void dataRefusedIsTheVerdictOnTheRecipientsThatWereAccepted() {
        with(entry(1, "b", "gone"))
                .plays(
                        OPEN
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<b@example.org>
                                C: RCPT TO:<gone@example.org>
                                C: DATA
                                S: 250 ok
                                S: 250 ok
                                S: 550 5.1.1 no such user
                                S: 451 4.3.0 not now
                                < 1 b: Deferred reply 4.3.0
                                < 1 gone: Rejected reply 5.1.1
                                < ready 1
                                """);
    }

    @Test
    void theVerdictOnTheContentCanBeARefusal() {
        DialogueScript.opportunistic()
                .plays(
                        OPEN
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<b@example.org>
                                C: DATA
                                > offer 2
                                S: 250 ok
                                S: 250 ok
                                S: 354 go
                                C: <content of 1>
                                > final dot
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<c@example.org>
                                C: DATA
                                S: 554 5.6.0 spam
                                < 1 b: Rejected reply 5.6.0
                                < ready 1
                                S: 250 ok
                                S: 250 ok
                                S: 354 go
                                C: <content of 2>
                                > final dot
                                S: 451 4.3.0 later
                                < 2 c: Deferred reply 4.3.0
                                < ready 1
                                """);
    }

    @Test
    void inLockStepARefusedTransactionIsResetBeforeTheNext() {
        DialogueScript.opportunistic()
                .plays(
                        OPEN_HELO
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net>
                                > offer 2
                                S: 250 ok
                                C: RCPT TO:<b@example.org>
                                S: 550 no such user
                                < 1 b: Rejected reply 5.0.0
                                < ready 1
                                C: RSET
                                S: 250 ok
                                C: MAIL FROM:<a@example.net>
                                S: 451 not now
                                < 2 c: Deferred reply 4.0.0
                                < ready 1
                                """);
    }

    @Test
    void aRefusedResetEndsTheSession() {
        DialogueScript.opportunistic()
                .plays(
                        OPEN_HELO
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net>
                                > offer 2
                                S: 550 no
                                < 1 b: Rejected reply 5.0.0
                                < ready 1
                                C: RSET
                                S: 500 what?
                                < returned 2
                                < close
                                < served, trouble reply 5.0.0
                                """);
    }

    @Test
    void whatTheHostLacksIsNotSent() {
        with(
                        entry(1, 5001, Set.of(), "large"),
                        entry(2, 5000, Set.of(Need.EIGHT_BIT_MIME, Need.SMTP_UTF8), "c"))
                .plays(
                        OPEN
                                + """
                                > offer 1
                                < 1 large: Rejected capability 5.3.4
                                < ready 1
                                > offer 2
                                C: MAIL FROM:<a@example.net> SIZE=5000 BODY=8BITMIME SMTPUTF8
                                C: RCPT TO:<c@example.org>
                                C: DATA
                                """);
        with(
                        entry(1, 2048, Set.of(Need.EIGHT_BIT_MIME), "b"),
                        entry(2, 2048, Set.of(Need.SMTP_UTF8), "c"),
                        entry(3, "größe"))
                .plays(
                        OPEN_HELO
                                + """
                                > offer 1
                                < 1 b: Rejected capability 5.6.3
                                < ready 1
                                > offer 2
                                < 2 c: Rejected capability 5.6.7
                                < ready 1
                                > offer 3
                                < 3 größe: Rejected capability 5.6.7
                                < ready 1
                                """);
    }

    @Test
    void anAddressIsNeverACommand() {
        with(entry(1, "b>\r\nRCPT TO:<x"))
                .plays(
                        OPEN
                                + """
                                > offer 1
                                < 1 b>\r
                                RCPT TO:<x: Rejected local 5.1.3
                                < ready 1
                                """);
    }

    @Test
    void aRecipientNamedTwiceIsAskedForOnce() {
        with(entry(1, "b", "b"))
                .plays(
                        OPEN
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<b@example.org>
                                C: DATA
                                """);
    }
}
