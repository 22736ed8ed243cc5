package relay.core.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import relay.core.alert.Alert.Severity;
import relay.core.alert.AlertBook.Change;

/// When alerts begin and end.
class AlertBookTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final Duration AFTER = Duration.ofMinutes(5);
    private static final Alert BANK = alert("bank");
    private static final Alert OPEN = alert("open");

    private final AlertBook book = new AlertBook();

    @Test
    void anAlertBeginsWhenItHasStoodForLongEnoughAndIsToldOnce() {
        assertThat(at(0, BANK)).isEmpty();
        assertThat(at(299, BANK)).isEmpty();
        assertThat(at(300, BANK)).containsExactly(new Change.Began(BANK, NOON));
        assertThat(at(301, BANK)).isEmpty();
        assertThat(at(9000, BANK)).isEmpty();
    }

    @Test
    void oneThatGoesAwayBeforeIsNeverTold() {
        assertThat(at(0, BANK)).isEmpty();
        assertThat(at(200)).isEmpty();
        assertThat(at(300, BANK)).isEmpty();
        assertThat(at(599, BANK)).isEmpty();
        assertThat(at(600, BANK)).containsExactly(new Change.Began(BANK, NOON.plusSeconds(300)));
    }

    @Test
    void itEndsWhenItHasBeenAwayForAsLong() {
        begun(BANK);
        assertThat(at(400)).isEmpty();
        assertThat(at(500, BANK)).isEmpty();
        assertThat(at(600)).isEmpty();
        assertThat(at(899)).isEmpty();
        assertThat(at(900)).containsExactly(new Change.Ended(BANK, NOON, NOON.plusSeconds(900)));
        assertThat(at(901)).isEmpty();
    }

    @Test
    void anotherSentenceIsTheSameAlertAndAnotherLabelIsAnother() {
        begun(BANK);
        var said = new Alert(BANK.name(), BANK.severity(), BANK.labels(), "3 messages wait");
        assertThat(at(301, said)).isEmpty();
        assertThat(at(302, said, OPEN)).isEmpty();
        assertThat(at(602, said, OPEN))
                .containsExactly(new Change.Began(OPEN, NOON.plusSeconds(302)));
    }

    @Test
    void aClockThatIsSetBackDelaysItAtMostAsLongAsIfItWereNew() {
        assertThat(at(9000, BANK)).isEmpty();
        assertThat(at(0, BANK)).isEmpty();
        assertThat(at(300, BANK)).containsExactly(new Change.Began(BANK, NOON));
    }

    @Test
    void thereIsOneForThoseThatAreTooMany() {
        // Given two more than are told.
        Alert[] many =
                IntStream.range(0, AlertBook.MAX_TOLD + 2)
                        .mapToObj(number -> alert("c%03d".formatted(number)))
                        .toArray(Alert[]::new);
        at(0, many);

        // When they begin, then the first are told, and that there are two more.
        List<Change> begun = at(300, many);
        assertThat(begun).hasSize(AlertBook.MAX_TOLD + 1);
        assertThat(begun.getLast().alert().name()).isEqualTo(AlertBook.MORE);
        assertThat(begun.getLast().alert().summary()).startsWith("2 more alerts");
        assertThat(at(301, many)).isEmpty();

        // And when there are fewer, that is over, and all of the others end, too.
        assertThat(at(400)).extracting(change -> change.alert().name()).contains(AlertBook.MORE);
        assertThat(at(700)).hasSize(AlertBook.MAX_TOLD);
    }

    @Test
    void oneThatHasEndedBeginsAnewWhenItStandsAgain() {
        begun(BANK);
        assertThat(at(400)).isEmpty();
        assertThat(at(700)).hasSize(1);
        assertThat(at(1000, BANK)).isEmpty();
        assertThat(at(1300, BANK)).containsExactly(new Change.Began(BANK, NOON.plusSeconds(1000)));
        assertThat(at(1400)).isEmpty();
        assertThat(at(1700))
                .containsExactly(
                        new Change.Ended(BANK, NOON.plusSeconds(1000), NOON.plusSeconds(1700)));
    }

    @Test
    void whenOneOfTooManyEndsTheNextIsTold() {
        // Given two more than are told.
        List<Alert> many =
                IntStream.range(0, AlertBook.MAX_TOLD + 2)
                        .mapToObj(number -> alert("c%03d".formatted(number)))
                        .toList();
        Alert[] others = many.subList(1, many.size()).toArray(Alert[]::new);
        at(0, many.toArray(Alert[]::new));
        at(300, many.toArray(Alert[]::new));

        // When one of them is over, then there is room for one that was not told.
        at(400, others);
        assertThat(at(700, others))
                .containsExactly(
                        new Change.Ended(many.getFirst(), NOON, NOON.plusSeconds(700)),
                        new Change.Began(many.get(AlertBook.MAX_TOLD), NOON));
    }

    @Test
    void aBookThatIsClearedEndsNothingAndTellsAnewWhatStands() {
        begun(BANK);
        at(301, BANK, OPEN);
        book.clear();
        assertThat(at(601, BANK, OPEN)).isEmpty();
        assertThat(at(901, BANK, OPEN)).hasSize(2);
    }

    private void begun(Alert alert) {
        at(0, alert);
        assertThat(at(300, alert)).hasSize(1);
    }

    private List<Change> at(long seconds, Alert... standing) {
        return book.at(NOON.plusSeconds(seconds), List.of(standing), AFTER);
    }

    private static Alert alert(String connector) {
        return Alert.of("RelayQueueDeep", Severity.TICKET, "connector", connector, "deep");
    }
}
