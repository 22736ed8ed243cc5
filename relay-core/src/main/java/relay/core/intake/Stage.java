package relay.core.intake;

import java.util.Optional;
import relay.core.smtp.Reply;
import relay.core.smtp.Verb;

/// How far a session has come, and so which commands it takes (RFC 5321 §4.1.4).
enum Stage {
    /// Not greeted yet.
    CONNECTED,
    /// Greeted; the client has not said who it is.
    GREETED,
    READY,
    TRANSACTION,
    /// Some chunks of the message have come, and the client may send the next one (RFC 3030 §2).
    CHUNKS,
    /// The client sends content, no commands.
    RECEIVING,
    /// The client's next line is a response within AUTH.
    AUTHENTICATING,
    /// Between that response and the verdict.
    JUDGING,
    /// The store has the message; nothing is read from the client.
    COMMITTING,
    /// Between the reply to STARTTLS and the end of the handshake.
    SECURING,
    CLOSED;

    boolean takesCommands() {
        return this == GREETED || this == READY || this == TRANSACTION || this == CHUNKS;
    }

    /// Whether the store has some of a message that may yet be refused.
    boolean hasContent() {
        return this == RECEIVING || this == CHUNKS;
    }

    /// The answer to a verb that is out of its order.
    Optional<Reply> outOfOrder(Verb verb) {
        return switch (verb) {
            case XCLIENT ->
                    isInTransaction() ? Optional.of(IntakeReplies.MAIL_ALREADY) : Optional.empty();
            case MAIL, STARTTLS, AUTH ->
                    isInTransaction() ? Optional.of(IntakeReplies.MAIL_ALREADY) : noHello();
            case RCPT, DATA ->
                    switch (this) {
                        case TRANSACTION -> Optional.empty();
                        case CHUNKS -> Optional.of(IntakeReplies.CHUNKS_BEGUN);
                        case CONNECTED,
                                GREETED,
                                READY,
                                RECEIVING,
                                AUTHENTICATING,
                                JUDGING,
                                COMMITTING,
                                SECURING,
                                CLOSED ->
                                Optional.of(IntakeReplies.MAIL_FIRST);
                    };
            case BDAT ->
                    isInTransaction() ? Optional.empty() : Optional.of(IntakeReplies.MAIL_FIRST);
            case EHLO, HELO, RSET, NOOP, VRFY, HELP, QUIT, OTHER -> Optional.empty();
        };
    }

    private boolean isInTransaction() {
        return this == TRANSACTION || this == CHUNKS;
    }

    private Optional<Reply> noHello() {
        return this == GREETED ? Optional.of(IntakeReplies.HELLO_FIRST) : Optional.empty();
    }
}
