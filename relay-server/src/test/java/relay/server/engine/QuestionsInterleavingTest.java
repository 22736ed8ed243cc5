package relay.server.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import relay.server.interleaving.Interleavings;
import relay.server.interleaving.Program;
import relay.server.interleaving.Sabotage;

/// Every order in which questions meet the end of the runner.
class QuestionsInterleavingTest {
    private static final int PREEMPTIONS = 2;

    /// Two ask, one of whom is answered, while the runner ends.
    static final class AskedAtTheEnd implements Program {
        private final Questions questions = new Questions();
        private final List<CompletableFuture<String>> asked = new CopyOnWriteArrayList<>();

        @Override
        public List<Runnable> threads() {
            return List.of(() -> ask("answer"), () -> ask(""), questions::close);
        }

        private void ask(String answer) {
            CompletableFuture<String> question = questions.ask();
            asked.add(question);
            if (!answer.isEmpty()) question.complete(answer);
        }

        @Override
        public void check(long nanos) {
            assertThat(asked)
                    .hasSize(2)
                    .allSatisfy(question -> assertThat(question).as("a question").isDone());
        }
    }

    @Test
    void nobodyWaitsForEver() {
        assertThat(Interleavings.explore(AskedAtTheEnd.class, PREEMPTIONS)).isGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Questions.ask", "Questions.close"})
    void aQuestionThatIsForgottenOnOneSideIsNoticed(String method) {
        String what = method.endsWith("ask") ? "fail" : "forEach";
        var sabotage = Sabotage.notCalling(method, what);
        assertThatThrownBy(() -> Interleavings.explore(AskedAtTheEnd.class, PREEMPTIONS, sabotage))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a question");
    }
}
