package relay.server.interleaving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Programs whose threads are run in every order within `bounds`, and faults in what they run that
/// some order within `boundsOfFaults` shows. `-Dinterleaving.preemptions` searches deeper for what
/// must hold.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class InterleavingTest {
    private final Bounds bounds;
    private final Bounds boundsOfFaults;

    /// What is broken of a program, and a part of what is said then.
    public record Fault(
            String name, Class<? extends Program> program, Sabotage sabotage, String noticed) {
        @Override
        public String toString() {
            return name;
        }
    }

    protected InterleavingTest(Bounds bounds, Bounds boundsOfFaults) {
        this.bounds = bounds;
        this.boundsOfFaults = boundsOfFaults;
    }

    protected abstract List<Class<? extends Program>> programs();

    protected abstract List<Fault> faults();

    @ParameterizedTest
    @MethodSource("programs")
    void inWhateverOrderItComesToItsEndAsItMust(Class<? extends Program> program) {
        int preemptions = Integer.getInteger("interleaving.preemptions", bounds.preemptions());
        var deep = new Bounds(preemptions, bounds.detours());
        assertThat(Interleavings.explore(program, deep, Sabotage.NONE)).isGreaterThan(10);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultIsNoticed(Fault fault) {
        assertThatThrownBy(() ->
                        Interleavings.explore(fault.program(), boundsOfFaults, fault.sabotage()))
                .as(fault.name())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(fault.noticed());
    }
}
