package relay.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import relay.server.interleaving.Bounds;
import relay.server.interleaving.InterleavingTest;
import relay.server.interleaving.Program;
import relay.server.interleaving.Sabotage;

/// Every order in which questions meet the end of the runner.
class QuestionsInterleavingTest extends InterleavingTest {
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

    QuestionsInterleavingTest() {
        super(Bounds.of(2), Bounds.of(2));
    }

    @Override
    protected List<Class<? extends Program>> programs() {
        return List.of(AskedAtTheEnd.class);
    }

    @Override
    protected List<Fault> faults() {
        return List.of(
                new Fault(
                        "a question that comes too late is forgotten",
                        AskedAtTheEnd.class,
                        Sabotage.notCalling("Questions.ask", "fail"),
                        "a question"),
                new Fault(
                        "a question that is open at the end is forgotten",
                        AskedAtTheEnd.class,
                        Sabotage.notCalling("Questions.close", "forEach"),
                        "a question"));
    }
}
