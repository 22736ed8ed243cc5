package relay.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.address.Domain;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.LegacyException;
import relay.core.tls.ProtocolTerms;
import relay.core.tls.RootSet;
import relay.core.tls.TlsOffer;
import relay.core.tls.TlsRequirement;
import relay.core.tls.TlsTerms;

/// Exceptions that end, and what may not lean on them.
class LegacyExceptionTest {
    private static final Origin HERE = new Origin("connectors.yaml", 1);
    private static final Domain DOMAIN = new Domain("old.example");
    private static final LegacyException UNTIL_MARCH =
            new LegacyException(TlsVersion.TLS_1_0, LocalDate.of(2027, 3, 31));
    private static final TlsTerms EXCEPTED =
            new TlsTerms(
                    Set.of(),
                    RootSet.COMMON,
                    new ProtocolTerms(TlsVersion.TLS_1_2, Set.of(), List.of(UNTIL_MARCH)));
    private static final TlsRequirement ENCRYPTION = new TlsRequirement.EncryptionOnly();

    @Test
    void anExceptionIsInATableUntilItsEnd() {
        // Given a connector and a floor that make one.
        var floor = new DomainFloor(new DomainPattern.Exact(DOMAIN), HERE, ENCRYPTION, EXCEPTED);
        var table =
                new PolicyTable(List.of(connector("out", 1, ENCRYPTION, EXCEPTED)), List.of(floor));

        // When the last moment has come, then both still hold.
        Instant end = Instant.parse("2027-04-01T00:00:00Z");
        assertThat(table.at(end.minusNanos(1)).exceptions())
                .containsExactly(
                        entry("connector out", UNTIL_MARCH),
                        entry("domain old.example", UNTIL_MARCH));

        // When it is over, then nothing is left of them, and all else is as it was.
        PolicyTable later = table.at(end);
        assertThat(later.exceptions()).isEmpty();
        assertThat(later.floor(DOMAIN))
                .contains(new DomainFloor(floor.pattern(), HERE, ENCRYPTION));
        assertThat(later.connectors())
                .containsExactly(connector("out", 1, ENCRYPTION, TlsTerms.NONE));
    }

    @ParameterizedTest
    @CsvSource({
        "demands, plain, demands, plain, none, true",
        "demands, plain, demands, excepted, none, false",
        "demands, excepted, demands, excepted, none, true",
        "demands, excepted, demands, plain, none, false",
        "nothing, plain, demands, excepted, none, true",
        "demands, plain, nothing, plain, plain, true",
        "demands, plain, nothing, plain, excepted, false",
    })
    void mailIsNotRedirectedToWhereAnExceptionWouldLetItOut(
            String chosen,
            String chosenTerms,
            String target,
            String targetTerms,
            String floorTerms,
            boolean allowed) {
        // Given a connector that the policy chooses, another one, and perhaps a floor.
        var table =
                new PolicyTable(
                        List.of(
                                connector("chosen", 1, level(chosen), terms(chosenTerms)),
                                connector("target", 2, level(target), terms(targetTerms))),
                        floorTerms.equals("none")
                                ? List.of()
                                : List.of(
                                        new DomainFloor(
                                                new DomainPattern.Any(),
                                                HERE,
                                                ENCRYPTION,
                                                terms(floorTerms))));

        // Then the operator may send the mail by the other only where it demands no less.
        assertThat(table.redirected(DOMAIN, MailSource.UNKNOWN, "target").isPresent())
                .isEqualTo(allowed);
    }

    private static TlsRequirement level(String word) {
        return word.equals("demands") ? ENCRYPTION : new TlsRequirement.None();
    }

    private static TlsTerms terms(String word) {
        return word.equals("excepted") ? EXCEPTED : TlsTerms.NONE;
    }

    private static SendConnector connector(
            String name, int cost, TlsRequirement level, TlsTerms terms) {
        return new SendConnector(
                name,
                HERE,
                SendConnector.Enabled.YES,
                List.of(new AddressSpace(new DomainPattern.Any(), cost)),
                List.of(),
                List.of(),
                level,
                SendConnector.PlaintextFallback.ALLOWED,
                SendConnector.OnTlsFailure.QUEUE,
                1 << 20,
                new RetrySchedule(
                        List.of(Duration.ofMinutes(1)), Duration.ofDays(2), Duration.ofHours(4)),
                new ConnectorTls(terms, TlsOffer.DEFAULT),
                new ConnectorConnections(7, 8, 9, ConnectorConnections.Caller.DEFAULT));
    }
}
