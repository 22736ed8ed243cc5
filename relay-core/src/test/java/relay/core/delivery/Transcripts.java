package relay.core.delivery;

/// Good dialogues that several tests begin with.
final class Transcripts {
    private Transcripts() {}

    /// Two messages to a host with PIPELINING: the second's commands go out behind the first's dot.
    static final String PIPELINED =
            """
            > connected
            S: 220 mx.example.org ESMTP
            C: EHLO relay.example.net
            S: 250-mx.example.org
            S: 250-PIPELINING
            S: 250 SIZE 10240000
            < opened none
            < ready 2
            > offer 1
            C: MAIL FROM:<a@example.net> SIZE=2048
            C: RCPT TO:<b@example.org>
            C: DATA
            > offer 2
            S: 250 2.1.0 ok
            S: 250 2.1.5 ok
            S: 354 go ahead
            C: <content of 1>
            > final dot
            C: MAIL FROM:<a@example.net> SIZE=2048
            C: RCPT TO:<c@example.org>
            C: DATA
            S: 250 2.0.0 queued as 7F3A
            < 1 b: Delivered 250 2.0.0 queued as 7F3A
            < ready 1
            > finish
            S: 250 2.1.0 ok
            S: 250 2.1.5 ok
            S: 354 go ahead
            C: <content of 2>
            > final dot
            S: 250 2.0.0 queued as 7F3B
            < 2 c: Delivered 250 2.0.0 queued as 7F3B
            C: QUIT
            S: 221 2.0.0 bye
            < close
            < served
            """;

    /// The same, one command at a time.
    static final String LOCK_STEP =
            """
            > connected
            S: 220 mx.example.org ESMTP
            C: EHLO relay.example.net
            S: 250-mx.example.org
            S: 250 SIZE
            < opened none
            < ready 2
            > offer 1
            C: MAIL FROM:<a@example.net> SIZE=2048
            > offer 2
            S: 250 ok
            C: RCPT TO:<b@example.org>
            S: 250 ok
            C: DATA
            S: 354 go ahead
            C: <content of 1>
            > final dot
            S: 250 queued as 7F3A
            < 1 b: Delivered 250 queued as 7F3A
            < ready 1
            C: MAIL FROM:<a@example.net> SIZE=2048
            > finish
            S: 250 ok
            C: RCPT TO:<c@example.org>
            S: 250 ok
            C: DATA
            S: 354 go ahead
            C: <content of 2>
            > final dot
            S: 250 queued as 7F3B
            < 2 c: Delivered 250 queued as 7F3B
            C: QUIT
            S: 221 bye
            < close
            < served
            """;

    /// Up to the point where a session with a host that has PIPELINING, SIZE, 8BITMIME and SMTPUTF8
    /// is open.
    static final String OPEN =
            """
            > connected
            S: 220 mx.example.org ESMTP
            C: EHLO relay.example.net
            S: 250-mx.example.org
            S: 250-PIPELINING
            S: 250-SIZE 5000
            S: 250-8BITMIME
            S: 250 SMTPUTF8
            < opened none
            < ready 2
            """;

    /// The same with a host that only knows HELO.
    static final String OPEN_HELO =
            """
            > connected
            S: 220 mx.example.org
            C: EHLO relay.example.net
            S: 502 what?
            C: HELO relay.example.net
            S: 250 mx.example.org
            < opened none
            < ready 2
            """;
}
