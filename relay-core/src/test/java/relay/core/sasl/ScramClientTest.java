package relay.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.sasl.SaslClient.Move;
import relay.core.sasl.SaslClient.Start;

/// The example of RFC 7677, and hosts that do otherwise.
class ScramClientTest {
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String BOTH = NONCE + "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String FIRST = "r=" + BOTH + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private static final String LAST = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    private final SaslClient client = client("user", "pencil");

    private static SaslClient client(String username, String password) {
        var scram = Set.of(SaslMechanism.SCRAM_SHA_256);
        var offer = new SaslChoice.Offer(scram, Set.of("SCRAM-SHA-256"), List.of());
        return SaslChoice.strongest(new SaslChoice.Login(username, password), offer, () -> NONCE)
                .orElseThrow()
                .client();
    }

    private static Move answered(SaslClient client, String challenge) {
        Move move = client.on(challenge);
        return move instanceof Move.Derive(var derivation)
                ? client.derived(derivation.run())
                : move;
    }

    @Test
    void theExampleOfTheRfcIsPlayedToTheLetter() {
        assertThat(client.start()).isEqualTo(new Start.WithResponse("n,,n=user,r=" + NONCE));
        assertThat(answered(client, FIRST))
                .isEqualTo(
                        new Move.Respond(
                                "c=biws,r="
                                        + BOTH
                                        + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
        assertThat(client.isComplete()).isFalse();
        assertThat(client.on(LAST)).isEqualTo(new Move.Respond(""));
        assertThat(client.isComplete()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "a=b, n=a=3Db",
        "'a,b', n=a=2Cb",
        "'=,', n==3D=2C",
    })
    void aNameWithTheSeparatorsOfTheMessageIsEscaped(String username, String escaped) {
        Start start = client(username, "pencil").start();
        assertThat(start).isEqualTo(new Start.WithResponse("n,," + escaped + ",r=" + NONCE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                                                   | cannot be read
                    hello                                                | cannot be read
                    r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==   | iterations
                    r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096 | nonce
                    r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096          | nonce
                    r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096                    | salt
                    r=rOprNGfwEbeRWgbNEkqOx,s=*,i=4096                   | salt
                    r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095 | 4096 to 1000000 iterations
                    r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001 | iterations
                    r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-4096 | iterations
                    r=rOprNGfwEbeRWgbNEkqOx,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096 | cannot be read
                    m=x,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096 | extension
                    """)
    void aFirstChallengeThatIsWrongIsNotAnswered(String challenge, String why) {
        assertThat(client.on(challenge))
                .isInstanceOfSatisfying(
                        Move.GiveUp.class, giveUp -> assertThat(giveUp.why()).contains(why));
    }

    @Test
    void asManyIterationsAsMayBeAreDone() {
        assertThat(client.on(FIRST.replace("4096", "1000000"))).isInstanceOf(Move.Derive.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                                             | did not prove
                    v=                                             | did not prove
                    v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G8= | did not prove
                    x=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4= | did not prove
                    e=invalid-proof                                | refused us: invalid-proof
                    """)
    void aHostThatDoesNotKnowThePasswordIsNotTrusted(String challenge, String why) {
        // Given a host that has our proof.
        answered(client, FIRST);

        // When it does not prove that it knows the password.
        Move move = client.on(challenge);

        // Then the exchange is over.
        assertThat(move)
                .isInstanceOfSatisfying(
                        Move.GiveUp.class, giveUp -> assertThat(giveUp.why()).contains(why));
        assertThat(client.isComplete()).isFalse();
    }

    @Test
    void nothingPrintsAPassword() {
        Move derive = client.on(FIRST);
        assertThat(derive + " " + client + " " + new SaslChoice.Login("user", "pencil"))
                .doesNotContain("pencil");
    }
}
