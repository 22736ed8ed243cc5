package relay.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.routing.DomainPattern;

/// Reads `probe` of the `domains` entries.
record ProbeReader(Problems problems) {
    private static final Duration SHORTEST = Duration.ofMinutes(1);

    List<Configuration.Probe> readAll(List<Section> domains) {
        return domains.stream().flatMap(this::read).toList();
    }

    private Stream<Configuration.Probe> read(Section entry) {
        Optional<Section> probe = entry.section("probe");
        Optional<Located<String>> written = entry.text("domain");
        if (probe.isEmpty() || written.isEmpty()) return Stream.of();
        Optional<Duration> every =
                probe.get().parse("every", UnitText::duration).flatMap(this::longEnough);
        // What is wrong with the pattern itself, the reader of the floors says.
        if (!(DomainText.pattern(written.get().value())
                instanceof Parsed.Good<DomainPattern>(var pattern))) return Stream.of();
        Optional<Domain> domain = domain(pattern, entry);
        if (every.isEmpty() || domain.isEmpty()) return Stream.of();
        return Stream.of(new Configuration.Probe(pattern.toString(), domain.get(), every.get()));
    }

    private Optional<Duration> longEnough(Located<Duration> every) {
        if (every.value().compareTo(SHORTEST) >= 0) return Optional.of(every.value());
        String what = Quoted.of(every.written()) + " is too often to connect to a partner";
        problems.error(every.place(), what, "1m at the least");
        return Optional.empty();
    }

    private Optional<Domain> domain(DomainPattern pattern, Section entry) {
        return switch (pattern) {
            case DomainPattern.Exact(var domain) -> Optional.of(domain);
            case DomainPattern.Subtree(var root) -> Optional.of(root);
            case DomainPattern.Any _ -> {
                entry.keyPlace("probe")
                        .ifPresent(place ->
                                problems.error(
                                        place,
                                        "`probe` in the entry for every domain",
                                        "there is no partner to connect to: name one"));
                yield Optional.empty();
            }
        };
    }
}
