package relay.core.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.address.Domain;
import relay.core.routing.DomainPattern.Any;
import relay.core.routing.DomainPattern.Exact;
import relay.core.routing.DomainPattern.Subtree;

class PatternIndexTest {
    private static final List<DomainPattern> PATTERNS =
            List.of(
                    new Any(),
                    new Subtree(new Domain("example")),
                    new Subtree(new Domain("bank.example")),
                    new Exact(new Domain("bank.example")),
                    new Exact(new Domain("mx.bank.example")),
                    new Exact(new Domain("[192.0.2.7]")),
                    new Subtree(new Domain("7")));

    /// A pattern by itself and the index must say the same: scopes ask the one, routes the other.
    @ParameterizedTest
    @CsvSource({
        "bank.example, bank.example *.bank.example *.example *",
        "mx.bank.example, mx.bank.example *.bank.example *.example *",
        "a.b.bank.example, *.bank.example *.example *",
        "notbank.example, *.example *",
        "example, *.example *",
        "bank.example.org, *",
        "[192.0.2.7], [192.0.2.7] *",
        "[192.0.2.8], *",
        "0.7, *.7 *"
    })
    void theMostSpecificPatternComesFirst(String name, String found) {
        var domain = new Domain(name);
        var index =
                new PatternIndex<>(
                        PATTERNS.stream().collect(Collectors.toMap(Function.identity(), p -> p)));
        List<DomainPattern> all = index.all(domain);
        assertThat(all.stream().map(DomainPattern::toString).collect(Collectors.joining(" ")))
                .isEqualTo(found);
        assertThat(index.best(domain)).contains(all.getFirst());
        assertThat(PATTERNS.stream().filter(pattern -> pattern.matches(domain)).toList())
                .containsExactlyInAnyOrderElementsOf(all);
    }
}
