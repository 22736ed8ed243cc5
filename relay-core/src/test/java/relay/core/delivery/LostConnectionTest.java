package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.DeliveryOutcome.Deferred;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.DeliveryOutcome.InDoubt;
import relay.core.queue.QueueEntry;

/// Cuts the wire before and after every line of a good delivery.
class LostConnectionTest {
    static Stream<String> goodDeliveries() {
        return Stream.of(Transcripts.PIPELINED, Transcripts.LOCK_STEP);
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("goodDeliveries")
    void aLostConnectionIsNeverTakenForADelivery(String transcript) {
        List<String> lines = transcript.lines().toList();
        for (int cut = 0; cut < lines.size(); cut++) {
            for (String end : List.of("> lost", "> timeout", "S: 4nonsense", "S: 250-half")) {
                // Given a good delivery up to some line.
                List<String> script = new ArrayList<>(lines.subList(0, cut));

                // When the connection ends there, or what comes next is not to be understood.
                script.add(end);
                if (end.endsWith("half")) script.add("> lost");
                if (end.endsWith("timeout")) script.add("> lost");
                DialogueScript played = DialogueScript.opportunistic().play(script);

                // Then every entry that was offered is ended or returned, once.
                String where = "cut before line " + cut + " by " + end;
                assertThat(played.end()).as(where).isNotNull();
                for (QueueEntry entry : played.offered()) {
                    List<DeliveryOutcome> outcomes = played.outcomes(entry);
                    boolean returned = played.returned().contains(entry);
                    assertThat(outcomes.size() + (returned ? 1 : 0)).as(where).isEqualTo(1);
                    if (!returned) {
                        Class<?> wanted = wanted(script, entry);
                        assertThat(outcomes.getFirst()).as(where).isInstanceOf(wanted);
                    } else {
                        assertThat(wanted(script, entry)).as(where).isEqualTo(Deferred.class);
                    }
                }
            }
        }
    }

    /// Delivered once the verdict was heard, in doubt from the final dot to there, else deferred or
    /// returned.
    private static Class<?> wanted(List<String> script, QueueEntry entry) {
        long number = entry.id().message().value();
        String verdict = "queued as 7F3" + (number == 1 ? 'A' : 'B');
        boolean heard =
                script.stream().anyMatch(line -> line.startsWith("S: ") && line.endsWith(verdict));
        long dots = script.stream().filter("> final dot"::equals).count();
        if (heard) return Delivered.class;
        return dots >= number ? InDoubt.class : Deferred.class;
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("goodDeliveries")
    void itMakesNoDifferenceHowTheRepliesAreCutIntoPackets(String transcript) {
        // Given a dialogue, and each of its packets in single bytes.
        DialogueScript whole = DialogueScript.opportunistic().play(transcript.lines().toList());

        // Then the same entries have the same outcomes.
        DialogueScript bytes = DialogueScript.opportunistic();
        for (String line : transcript.lines().toList()) {
            if (!line.startsWith("S: ")) {
                bytes.play(List.of(line));
                continue;
            }
            for (byte b : (line.substring(3) + "\r\n").getBytes(StandardCharsets.US_ASCII)) {
                bytes.tell(new SessionInput.Received(ByteBuffer.wrap(new byte[] {b})));
            }
        }
        assertThat(outcomes(bytes)).isEqualTo(outcomes(whole)).hasSize(2);
    }

    private static List<List<DeliveryOutcome>> outcomes(DialogueScript script) {
        return script.offered().stream().map(script::outcomes).toList();
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("goodDeliveries")
    void anEntryOfWhichNothingWasHeardIsReturnedAfterAnotherHadItsVerdict(String transcript) {
        // Given a host that takes one message and hangs up.
        List<String> lines = transcript.lines().toList();
        List<String> script = new ArrayList<>(lines.subList(0, lines.indexOf("> finish")));

        // When it does so.
        script.add("> lost");
        DialogueScript played = DialogueScript.opportunistic().play(script);

        // Then the next entry is as if it had never been offered, and the host is in no trouble.
        assertThat(played.outcomes(played.offered().getFirst()).getFirst())
                .isInstanceOf(Delivered.class);
        assertThat(played.returned()).containsExactly(played.offered().getLast());
        assertThat(played.end()).isEqualTo(new Dialer.SessionEnd.Served(List.of()));
    }
}
