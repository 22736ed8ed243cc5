package relay.core.intake;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import relay.core.event.RelayEvent.LimitReached.Limit;
import relay.core.intake.IntakeInput.ShuttingDown.Patience;
import relay.core.intake.IntakeOutput.Close;
import relay.core.intake.IntakeOutput.DiscardContent;
import relay.core.intake.IntakeOutput.Pause;
import relay.core.intake.IntakeOutput.Say;
import relay.core.routing.ReceiveConnector.Conduct;
import relay.core.smtp.Reply;

/// How far the talk with one client has come, and when it ends: because the client asks for it, has
/// used up our patience, or has to go. Confined to its session's thread.
final class Conversation {
    private final Peer peer;
    private final Conduct conduct;
    private final Expenditure spent;
    private Stage stage = Stage.CONNECTED;

    /// What the client hears when its message has come to an end; null while it may go on.
    private @Nullable Reply parting;

    Conversation(Peer peer, Conduct conduct) {
        this.peer = peer;
        this.conduct = conduct;
        spent = new Expenditure(conduct);
    }

    Stage stage() {
        return stage;
    }

    void goTo(Stage next) {
        stage = next;
    }

    Expenditure spent() {
        return spent;
    }

    /// Throws [IllegalStateException] where something comes that cannot come now.
    void require(boolean expected) {
        if (!expected) throw new IllegalStateException("not at stage " + stage);
    }

    List<IntakeOutput> say(Reply reply) {
        return switch (spent.after(reply)) {
            case AT_ONCE -> List.of(new Say(reply));
            case SLOWLY -> List.of(new Say(reply), new Pause(conduct.tarpitInterval()));
            case NO_MORE ->
                    joined(
                            List.of(new Say(reply)),
                            end(new Refusal(Limit.ERRORS, IntakeReplies.TOO_MANY_ERRORS)));
        };
    }

    /// The answer to a command that goes beyond a limit.
    List<IntakeOutput> limited(Refusal why) {
        return joined(say(why.reply()), List.of(peer.limited(why)));
    }

    /// The end of a session that goes beyond a limit.
    List<IntakeOutput> end(Refusal why) {
        return joined(close(why.reply()), List.of(peer.limited(why)));
    }

    List<IntakeOutput> close(Reply reply) {
        return joined(abandon(), List.of(new Say(reply), new Close()));
    }

    /// The end of a session whose client is gone, or need not be told.
    List<IntakeOutput> abandon() {
        boolean hasContent = stage.hasContent();
        stage = Stage.CLOSED;
        return hasContent ? List.of(new DiscardContent()) : List.of();
    }

    /// The end that an earlier [#part] owes, or the one of a client that never stops.
    Optional<List<IntakeOutput>> dueEnd() {
        if (parting != null) return Optional.of(close(parting));
        return spent.isCommandTooMany()
                ? Optional.of(end(new Refusal(Limit.COMMANDS, IntakeReplies.TOO_MANY_COMMANDS)))
                : Optional.empty();
    }

    List<IntakeOutput> timeUp(Patience patience) {
        var why = new Refusal(Limit.CONNECTION_TIME, IntakeReplies.CONNECTED_TOO_LONG);
        List<IntakeOutput> outputs = part(why.reply(), patience);
        return outputs.isEmpty() ? outputs : joined(outputs, List.of(peer.limited(why)));
    }

    /// Ends the session as soon as the message that is on its way allows.
    List<IntakeOutput> part(Reply reply, Patience patience) {
        parting = reply;
        return switch (stage) {
            case CONNECTED, GREETED, READY, AUTHENTICATING -> close(reply);
            case TRANSACTION, CHUNKS, RECEIVING ->
                    patience == Patience.NO_MORE ? close(reply) : List.of();
            case COMMITTING, SECURING, JUDGING, CLOSED -> List.of();
        };
    }

    /// The outputs that end a message; where the client has to go, the session ends with it.
    List<IntakeOutput> inTime(List<IntakeOutput> outputs) {
        return parting == null || stage == Stage.CLOSED ? outputs : joined(outputs, close(parting));
    }

    static List<IntakeOutput> joined(List<IntakeOutput> first, List<IntakeOutput> second) {
        var all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
