package relay.config;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import relay.core.routing.SmartHost;
import relay.core.routing.SmartHost.HostKind;
import relay.core.tls.KeyExchangeGroup;
import relay.core.tls.RootSet;
import relay.core.tls.TlsOffer;
import relay.core.tls.TlsPin;
import relay.core.tls.TlsRequirement;
import relay.core.tls.TlsRequirement.CertificateValidation;
import relay.core.tls.TlsRequirement.DomainValidation;
import relay.core.tls.TlsRequirement.EncryptionOnly;
import relay.core.tls.TlsTerms;

/// Reads what one send connector or `domains` entry demands of TLS, and refuses what contradicts
/// itself: a demand that could be read in two ways might be enforced in the wrong one.
record TlsReader(Section section, Problems problems, Instant now) {
    /// What adds to a demand, and means nothing without one.
    static final List<String> NEED_REQUIRE_TLS =
            List.of("tlsPins", "tlsMinVersion", "tlsCipherSuites", "tlsLegacyException");

    private enum Level {
        ENCRYPTION_ONLY,
        CERTIFICATE_VALIDATION,
        DOMAIN_VALIDATION
    }

    private static final Map<String, Level> LEVELS =
            Map.of(
                    "EncryptionOnly", Level.ENCRYPTION_ONLY,
                    "CertificateValidation", Level.CERTIFICATE_VALIDATION,
                    "DomainValidation", Level.DOMAIN_VALIDATION);

    /// A floor always demands: the schema wants its `requireTls` to be true.
    TlsRequirement ofFloor() {
        return section.word("tlsAuthLevel", LEVELS)
                .map(level -> requirement(level.value(), Set.of()))
                .orElseGet(EncryptionOnly::new);
    }

    TlsRequirement ofConnector() {
        Optional<Located<Level>> level = section.word("tlsAuthLevel", LEVELS);
        List<Located<String>> names = section.parseEach("tlsDomain", DomainText::certificateName);
        checkLevel(level);
        checkTlsDomain(level.map(Located::value));
        checkSmartHostNames(level.map(Located::value));
        Set<String> tlsDomain = names.stream().map(Located::value).collect(Collectors.toSet());
        return level.map(found -> requirement(found.value(), tlsDomain))
                .orElseGet(this::unlevelled);
    }

    /// What stands beside the level, at a connector as at a floor.
    TlsTerms terms() {
        Set<TlsPin> pins =
                section.parseEach("tlsPins", PinText::parse).stream()
                        .map(Located::value)
                        .collect(Collectors.toSet());
        NEED_REQUIRE_TLS.forEach(this::refuseWithoutRequireTls);
        return new TlsTerms(pins, roots(), new ProtocolTermsReader(section, problems, now).read());
    }

    /// A file that cannot be read is reported.
    private RootSet roots() {
        Optional<Located<String>> file = section.text("tlsTrust");
        boolean looksAtTheChain =
                section.word("tlsAuthLevel", LEVELS)
                        .map(level -> level.value() != Level.ENCRYPTION_ONLY)
                        .orElse(hasPassword());
        if (file.isPresent() && !looksAtTheChain) {
            problems.error(
                    file.get().place(),
                    "`tlsTrust` without a level that looks at the chain",
                    "add tlsAuthLevel: CertificateValidation or DomainValidation");
        }
        return file.flatMap(this::rootsOf).orElse(RootSet.COMMON);
    }

    private Optional<RootSet> rootsOf(Located<String> file) {
        return new CertificateReader(problems)
                .certificates(file)
                .map(roots -> new RootSet.Own(file.value(), Set.copyOf(roots)));
    }

    /// What the hosts of a connector are offered.
    TlsOffer offer() {
        List<KeyExchangeGroup> groups =
                section.parseEach("tlsGroups", TlsReader::group).stream()
                        .map(Located::value)
                        .distinct()
                        .toList();
        return new TlsOffer(
                section
                        .section("tlsClientCertificate")
                        .flatMap(new CertificateReader(problems)::clientCertificate)
                        .stream()
                        .toList(),
                groups.isEmpty() ? KeyExchangeGroup.ALL : groups);
    }

    private static Parsed<KeyExchangeGroup> group(String text) {
        return Parsed.of(
                KeyExchangeGroup.ALL.stream()
                        .filter(group -> group.label().equals(text))
                        .findFirst(),
                Quoted.of(text) + " is not a group",
                "one of "
                        + KeyExchangeGroup.ALL.stream()
                                .map(KeyExchangeGroup::label)
                                .collect(Collectors.joining(", ")));
    }

    private void refuseWithoutRequireTls(String key) {
        // The schema wants the requireTls of a floor to be true.
        if (requiresTls() || section.has("domain")) return;
        section.keyPlace(key)
                .ifPresent(place ->
                        problems.error(
                                place,
                                "`" + key + "` without `requireTls`",
                                "add requireTls: true"));
    }

    private static TlsRequirement requirement(Level level, Set<String> tlsDomain) {
        return switch (level) {
            case ENCRYPTION_ONLY -> new EncryptionOnly();
            case CERTIFICATE_VALIDATION -> new CertificateValidation();
            case DOMAIN_VALIDATION -> new DomainValidation(tlsDomain);
        };
    }

    /// Without a level, `requireTls` alone is Exchange's EncryptionOnly. Where there is a password,
    /// the smart host must show a certificate of its name unless the level says otherwise: then the
    /// connector's own demand is no weaker than that of the password.
    private TlsRequirement unlevelled() {
        if (!requiresTls()) return new TlsRequirement.None();
        return hasPassword() ? new DomainValidation(Set.of()) : new EncryptionOnly();
    }

    private boolean requiresTls() {
        return section.truth("requireTls").orElse(false);
    }

    private boolean hasPassword() {
        return section.has("smartHostAuth");
    }

    // A password demands TLS by itself, so that a level may stand beside it without requireTls.
    private void checkLevel(Optional<Located<Level>> level) {
        if (level.isEmpty() || requiresTls()) return;
        boolean refused = section.truth("requireTls").isPresent();
        if (refused) {
            problems.error(
                    level.get().place(),
                    "`tlsAuthLevel` contradicts `requireTls: false`",
                    "write requireTls: true, or remove tlsAuthLevel");
        } else if (!hasPassword() && !section.has("requireTls")) {
            problems.error(
                    level.get().place(),
                    "`tlsAuthLevel` without `requireTls`",
                    "add requireTls: true");
        }
    }

    private void checkTlsDomain(Optional<Level> level) {
        boolean useless = level.filter(Level.DOMAIN_VALIDATION::equals).isEmpty();
        section.keyPlace("tlsDomain")
                .filter(_ -> useless)
                .ifPresent(place ->
                        problems.error(
                                place,
                                "`tlsDomain` without `tlsAuthLevel: DomainValidation`",
                                "no name is compared otherwise"));
    }

    /// Certificates are compared by DNS name, so that a smart host that is only an address could
    /// never meet the demand.
    private void checkSmartHostNames(Optional<Level> level) {
        boolean ownName =
                level.map(found -> found == Level.DOMAIN_VALIDATION).orElse(hasPassword())
                        && !section.has("tlsDomain");
        if (!ownName) return;
        // The connector reader reports what is no smart host.
        var silent = new Section(section.mapping(), new Problems());
        for (Located<SmartHost> host : silent.parseEach("smartHosts", SmartHostText::parse)) {
            if (host.value().kind() == HostKind.NAME) continue;
            problems.error(
                    host.place(),
                    "the certificate of "
                            + Quoted.of(host.written())
                            + " cannot be checked: an address has no name",
                    "write a name, or the certificate's in tlsDomain with tlsAuthLevel:"
                            + " DomainValidation");
        }
    }
}
