package relay.config;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import relay.core.tls.CipherSuite;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.LegacyException;
import relay.core.tls.ProtocolTerms;

/// Reads which versions and suites of TLS a send connector or a `domains` entry accepts. An
/// exception that is over is no error: a configuration that was good stays good, and stricter. Both
/// before and after its end it is noted.
record ProtocolTermsReader(Section section, Problems problems, Instant now) {
    private static final Map<String, TlsVersion> VERSIONS =
            Map.of("TLSv1.2", TlsVersion.TLS_1_2, "TLSv1.3", TlsVersion.TLS_1_3);
    private static final Map<String, TlsVersion> EXCEPTED =
            Map.of(
                    "TLSv1.0", TlsVersion.TLS_1_0,
                    "TLSv1.1", TlsVersion.TLS_1_1,
                    "TLSv1.2", TlsVersion.TLS_1_2);

    ProtocolTerms read() {
        TlsVersion minVersion =
                section.word("tlsMinVersion", VERSIONS)
                        .map(Located::value)
                        .orElse(ProtocolTerms.OLDEST);
        Set<CipherSuite> suites =
                section.parseEach("tlsCipherSuites", ProtocolTermsReader::suite).stream()
                        .map(Located::value)
                        .collect(Collectors.toSet());
        checkTogether(suites);
        List<LegacyException> exceptions =
                section
                        .section("tlsLegacyException")
                        .flatMap(written -> exception(written, minVersion))
                        .stream()
                        .toList();
        return new ProtocolTerms(minVersion, suites, exceptions);
    }

    /// The TLS library offers the suites of TLS 1.3 together, so that a host could only guess which
    /// of them are accepted.
    private void checkTogether(Set<CipherSuite> suites) {
        List<CipherSuite> left = new ArrayList<>(CipherSuite.ALL);
        left.removeIf(suite -> !suite.isOf(TlsVersion.TLS_1_3));
        boolean some = left.removeIf(suites::contains);
        if (!some || left.isEmpty()) return;
        section.keyPlace("tlsCipherSuites")
                .ifPresent(place ->
                        problems.error(
                                place,
                                "the suites of TLS 1.3 are offered together",
                                "add " + String.join(", ", CipherSuite.names(left))));
    }

    private Optional<LegacyException> exception(Section written, TlsVersion minVersion) {
        Optional<Located<TlsVersion>> excepted = written.word("minVersion", EXCEPTED);
        Optional<Located<LocalDate>> until = written.parse("until", ProtocolTermsReader::date);
        if (excepted.isEmpty() || until.isEmpty()) return Optional.empty();
        if (excepted.get().value().compareTo(minVersion) >= 0) {
            problems.error(
                    excepted.get().place(),
                    "this is no exception: " + minVersion.label() + " is accepted anyway",
                    "a version older than that");
        }
        var exception = new LegacyException(excepted.get().value(), until.get().value());
        problems.note(written.place(), note(exception, minVersion));
        return Optional.of(exception);
    }

    private String note(LegacyException exception, TlsVersion minVersion) {
        return exception.holdsAt(now)
                ? exception + ", then " + minVersion.label()
                : "the exception is over since "
                        + exception.end()
                        + ": "
                        + minVersion.label()
                        + " or newer is demanded";
    }

    private static Parsed<CipherSuite> suite(String text) {
        return Parsed.of(
                CipherSuite.ALL.stream().filter(suite -> suite.name().equals(text)).findFirst(),
                Quoted.of(text) + " is not a cipher suite that we have",
                "by its IANA name, such as TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
    }

    private static Parsed<LocalDate> date(String text) {
        try {
            return Parsed.good(LocalDate.parse(text));
        } catch (DateTimeException _) {
            return Parsed.bad(Quoted.of(text) + " is not a date", "such as 2027-03-31");
        }
    }
}
