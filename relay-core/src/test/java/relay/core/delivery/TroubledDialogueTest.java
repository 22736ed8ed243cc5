package relay.core.delivery;

import static relay.core.delivery.DialogueScript.with;
import static relay.core.delivery.OutboundSamples.entry;
import static relay.core.delivery.Transcripts.OPEN;

import org.junit.jupiter.api.Test;

/// Sessions that end otherwise than they should, once they are open.
class TroubledDialogueTest {
    @Test
    void aHostThatHasEnoughOfTheConnectionCostsTheNextEntryNothing() {
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
                                S: 250 queued
                                < 1 b: Delivered 250 queued
                                < ready 1
                                S: 421 4.7.0 too much mail
                                < returned 2
                                < close
                                < served, trouble reply 4.7.0
                                """);
    }

    @Test
    void a421InTheMiddleDefersTheEntryAndEndsTheSession() {
        DialogueScript.opportunistic()
                .plays(
                        OPEN
                                + """
                                > offer 1
                                C: MAIL FROM:<a@example.net> SIZE=2048
                                C: RCPT TO:<b@example.org>
                                C: DATA
                                > offer 2
                                S: 421 4.3.2 going down
                                < 1 b: Deferred reply 4.3.2
                                < returned 2
                                < close
                                < served, trouble reply 4.3.2
                                """);
    }

    @Test
    void a421ToTheFinalDotIsNoDoubt() {
        with(entry(1, "b"))
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
                                S: 421 4.3.2 going down
                                < 1 b: Deferred reply 4.3.2
                                < close
                                < served, trouble reply 4.3.2
                                """);
    }

    @Test
    void anIdleSessionThatTheHostEndsWasServed() {
        with().plays(OPEN + "S: 421 4.4.2 idle\n< close\n< served\n");
        with().plays(OPEN + "> lost\n< close\n< served\n");
    }

    @Test
    void anIdleSessionEndsByItselfInTheEnd() {
        with(entry(1, "b"))
                .plays(
                        OPEN
                                + """
                                > timeout
                                C: QUIT
                                > offer 1
                                < returned 1
                                S: 221 bye
                                < close
                                < served
                                """);
    }

    @Test
    void aFailedQuitIsNoFailedDelivery() {
        with().plays(OPEN + "> finish\nC: QUIT\n> lost\n< close\n< served\n");
        with().plays(OPEN + "> finish\nC: QUIT\n> timeout\n< close\n< served\n");
    }

    @Test
    void aRefusalBeforeTheContentIsAllSentCountsAndTheConnectionIsCut() {
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
                                S: 552 5.3.4 too big
                                < 1 b: Rejected reply 5.3.4
                                < returned 2
                                < close
                                < served
                                """);
    }

    @Test
    void aSuccessBeforeTheContentIsAllSentIsNone() {
        with(entry(1, "b"))
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
                                S: 250 queued
                                C: <content of 1>
                                < 1 b: Deferred connection 4.5.0
                                < close
                                < served, trouble connection 4.5.0
                                """);
    }

    @Test
    void contentThatCannotBeReadIsNeverFinished() {
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
                                > content lost
                                < 1 b: Deferred local 4.3.0
                                < returned 2
                                < close
                                < served
                                """);
    }

    @Test
    void nonsenseIsNeverASuccess() {
        String begun =
                OPEN
                        + """
                        > offer 1
                        C: MAIL FROM:<a@example.net> SIZE=2048
                        C: RCPT TO:<b@example.org>
                        C: DATA
                        S: 250 ok
                        S: 250 ok
                        """;
        with(entry(1, "b"))
                .plays(
                        begun
                                + """
                                S: 250 queued already
                                < 1 b: Deferred connection 4.5.0
                                < close
                                < served, trouble connection 4.5.0
                                """);
        String dotBegun = begun + "S: 354 go\nC: <content of 1>\n> final dot\n";
        for (String nonsense : new String[] {"354 more", "hello", "250-ok\nS: 251 ok", "999 ok"}) {
            with(entry(1, "b"))
                    .plays(
                            dotBegun
                                    + "S: "
                                    + nonsense
                                    + """

                                    < 1 b: InDoubt connection 4.5.0
                                    < close
                                    < served, trouble connection 4.5.0
                                    """);
        }
    }
}
