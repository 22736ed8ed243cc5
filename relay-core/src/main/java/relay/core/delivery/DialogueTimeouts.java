package relay.core.delivery;

import java.time.Duration;

/// How long a host may take for each step of the outbound dialogue (RFC 5321 §4.5.3.2).
///
/// `connect` is for the TCP connection. `hello` is for the replies to EHLO, HELO and AUTH; `tls`
/// for the reply to STARTTLS and again for the handshake, short so that mail without a demand soon
/// goes on without TLS; `mail` also for RSET; `block` for taking some more of the content;
/// `finalDot` for the reply to the content. `quit` is how long a goodbye may hold us up, `idle` how
/// long a session waits for its next entry before it ends by itself.
public record DialogueTimeouts(
        Duration connect,
        Duration greeting,
        Duration hello,
        Duration tls,
        Duration mail,
        Duration recipient,
        Duration data,
        Duration block,
        Duration finalDot,
        Duration quit,
        Duration idle) {
    /// The RFC's minimum where it has one. `idle` stays below the five minutes after which a host
    /// may hang up (RFC 5321 §4.5.3.2.7).
    public static final DialogueTimeouts DEFAULT =
            new DialogueTimeouts(
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(60),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(2),
                    Duration.ofMinutes(3),
                    Duration.ofMinutes(10),
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(2));

    /// One limit for everything.
    public static DialogueTimeouts all(Duration each) {
        return new DialogueTimeouts(
                each, each, each, each, each, each, each, each, each, each, each);
    }

    /// The same, where a host may keep us waiting for `longest` at the most.
    public DialogueTimeouts within(Duration longest) {
        return new DialogueTimeouts(
                shorter(connect, longest),
                shorter(greeting, longest),
                shorter(hello, longest),
                shorter(tls, longest),
                shorter(mail, longest),
                shorter(recipient, longest),
                shorter(data, longest),
                shorter(block, longest),
                shorter(finalDot, longest),
                shorter(quit, longest),
                shorter(idle, longest));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    Duration of(Wait wait) {
        return switch (wait) {
            case CONNECT -> connect;
            case GREETING -> greeting;
            case HELLO, AUTH -> hello;
            case STARTTLS, HANDSHAKE -> tls;
            case RESET, MAIL -> mail;
            case RECIPIENT -> recipient;
            case DATA -> data;
            case CONTENT -> block;
            case FINAL_DOT, EMPTY_CONTENT -> finalDot;
            case QUIT -> quit;
            case IDLE -> idle;
        };
    }

    /// What a session waits for.
    enum Wait {
        CONNECT("the connection"),
        GREETING("the greeting"),
        HELLO("EHLO"),
        STARTTLS("STARTTLS"),
        HANDSHAKE("the TLS handshake"),
        AUTH("AUTH"),
        RESET("RSET"),
        MAIL("MAIL FROM"),
        RECIPIENT("RCPT TO"),
        DATA("DATA"),
        CONTENT("the content"),
        FINAL_DOT("the end of data"),
        EMPTY_CONTENT("an empty content"),
        QUIT("QUIT"),
        IDLE("the next message");

        private final String label;

        Wait(String label) {
            this.label = label;
        }

        /// As diagnostics name it: the host answered `RCPT TO`.
        String label() {
            return label;
        }
    }
}
