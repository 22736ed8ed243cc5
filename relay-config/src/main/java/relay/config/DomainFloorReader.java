package relay.config;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import relay.core.address.Domain;
import relay.core.routing.DomainFloor;
import relay.core.routing.DomainPattern;
import relay.core.tls.ProtocolTerms;
import relay.core.tls.TlsRequirement;
import relay.core.tls.TlsTerms;

/// Reads `domains`: the TLS floors of what leaves, and the domains whose mail must come over TLS.
record DomainFloorReader(Problems problems, Instant now) {
    private static final String FLOOR = "requireTls";
    private static final String INBOUND = "requireTlsInbound";

    /// What adds to a floor, and means nothing without one.
    private static final List<String> OUTBOUND =
            Stream.concat(
                            Stream.of("tlsAuthLevel", "tlsTrust"),
                            TlsReader.NEED_REQUIRE_TLS.stream())
                    .toList();

    /// The patterns of the entries with `requireTlsInbound`. [#readAll] reports what is wrong with
    /// them.
    List<DomainPattern> readInbound(List<Section> sections) {
        return sections.stream()
                .filter(section -> section.has(INBOUND))
                .map(section -> new Section(section.mapping(), new Problems()))
                .flatMap(section -> section.parse("domain", DomainText::pattern).stream())
                .map(Located::value)
                .toList();
    }

    List<DomainFloor> readAll(List<Section> sections) {
        var floors = new ArrayList<DomainFloor>();
        Map<DomainPattern, Located<DomainFloor>> byPattern = new HashMap<>();
        Map<DomainPattern, Place> seen = new HashMap<>();
        for (Section section : sections) {
            Optional<Located<DomainPattern>> pattern = section.parse("domain", DomainText::pattern);
            var tlsReader = new TlsReader(section, problems, now);
            TlsRequirement tls = tlsReader.ofFloor();
            TlsTerms terms = tlsReader.terms();
            checkDemand(section);
            if (pattern.isEmpty()) continue;
            var floor =
                    new DomainFloor(pattern.get().value(), section.place().origin(), tls, terms);
            var located = new Located<>(pattern.get().place(), pattern.get().written(), floor);
            Place first = seen.putIfAbsent(floor.pattern(), located.place());
            if (first != null) refuseRepeated(located, first);
            if (first != null || !section.has(FLOOR)) continue;
            byPattern.put(floor.pattern(), located);
            floors.add(floor);
        }
        byPattern.values().forEach(floor -> noteLower(floor, byPattern));
        return floors;
    }

    /// An entry for inbound mail alone is no floor: it must not stand in the place of a wider one.
    private void checkDemand(Section section) {
        if (section.has(FLOOR)) return;
        if (!section.has(INBOUND)) {
            problems.error(
                    section.place(), "`requireTls` is missing", "for example requireTls: true");
        }
        for (String level : section.has(INBOUND) ? OUTBOUND : List.<String>of()) {
            String what = "`" + level + "` without `requireTls`";
            section.keyPlace(level)
                    .ifPresent(place -> problems.error(place, what, "add requireTls: true"));
        }
    }

    private void refuseRepeated(Located<DomainFloor> floor, Place first) {
        String what = Quoted.of(floor.written()) + " has an entry already";
        problems.error(floor.place(), what, "at " + first.brief());
    }

    /// The entry that fits best counts alone, so that a lax one inside a strict one lets mail out
    /// on easier terms.
    private void noteLower(
            Located<DomainFloor> floor, Map<DomainPattern, Located<DomainFloor>> byPattern) {
        for (DomainPattern wider : widerThan(floor.value().pattern())) {
            Located<DomainFloor> around = byPattern.get(wider);
            if (around == null) continue;
            if (demandsLess(floor.value(), around.value())) {
                problems.note(
                        floor.place(),
                        floor.value().pattern()
                                + " demands less than "
                                + wider
                                + " at "
                                + around.place().brief()
                                + ", and the entry that fits best counts");
            }
            return;
        }
    }

    /// The patterns around a pattern, the smallest first.
    private static List<DomainPattern> widerThan(DomainPattern pattern) {
        var wider = new ArrayList<DomainPattern>();
        Optional<Domain> root =
                switch (pattern) {
                    case DomainPattern.Any _ -> Optional.empty();
                    case DomainPattern.Exact(var domain) -> Optional.of(domain);
                    case DomainPattern.Subtree(var domain) -> domain.parent();
                };
        for (; root.isPresent(); root = root.get().parent()) {
            wider.add(new DomainPattern.Subtree(root.get()));
        }
        if (!(pattern instanceof DomainPattern.Any)) wider.add(new DomainPattern.Any());
        return wider;
    }

    private static boolean demandsLess(DomainFloor floor, DomainFloor around) {
        return strictness(floor.tls()) < strictness(around.tls())
                || (floor.terms().pins().isEmpty() && !around.terms().pins().isEmpty())
                || acceptsMore(floor.terms().protocol(), around.terms().protocol());
    }

    private static boolean acceptsMore(ProtocolTerms terms, ProtocolTerms around) {
        return terms.accepted().compareTo(around.accepted()) < 0
                || (terms.suites().isEmpty() && !around.suites().isEmpty());
    }

    private static int strictness(TlsRequirement tls) {
        return switch (tls) {
            case TlsRequirement.None _ -> 0;
            case TlsRequirement.EncryptionOnly _ -> 1;
            case TlsRequirement.CertificateValidation _ -> 2;
            case TlsRequirement.DomainValidation _ -> 3;
        };
    }
}
