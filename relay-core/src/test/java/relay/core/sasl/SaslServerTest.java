package relay.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.sasl.SaslServer.Move;
import relay.core.sasl.SaslServer.Verdict;

/// Clients that log in, and clients that do otherwise. `user` has the password of RFC 7677 §3.
class SaslServerTest {
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String OURS = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final SaslUsers USERS =
            new SaslUsers(
                    Map.of(
                            "user",
                            new ScramVerifier(
                                    "W22ZaJ0SNY7soEsUEjb6gQ==",
                                    4096,
                                    "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
                                    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")));
    private static final String PROOF =
            "c=biws,r=" + NONCE + OURS + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

    @Test
    void theExampleOfTheRfcIsPlayedToTheLetter() {
        SaslServer scram = server("SCRAM-SHA-256");
        assertThat(scram.on("n,,n=user,r=" + NONCE))
                .isEqualTo(
                        new Move.Challenge(
                                "r=" + NONCE + OURS + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
        assertThat(scram.on(PROOF))
                .isEqualTo(new Move.Challenge("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
        assertThat(scram.on("")).isEqualTo(new Move.Decided(new Verdict.Accepted("user")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 33})
    void aProofOfAnotherLengthIsNone(int octets) {
        SaslServer scram = server("SCRAM-SHA-256");
        scram.on("n,,n=user,r=" + NONCE);
        String proof = Base64.getEncoder().encodeToString(new byte[octets]);
        assertThat(scram.on("c=biws,r=" + NONCE + OURS + ",p=" + proof))
                .isEqualTo(new Move.Decided(new Verdict.Refused()));
    }

    @ParameterizedTest
    @CsvSource({
        "another client, c=biws, r=rOprNGfwEbeRWgbNEkqO",
        "another exchange, c=biws, r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k1",
        "another header, c=eSws, r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    })
    void aProofIsForItsOwnExchange(String of, String binding, String nonce) {
        SaslServer scram = server("SCRAM-SHA-256");
        scram.on("n,,n=user,r=" + NONCE);
        assertThat(scram.on(PROOF.replace("c=biws,r=" + NONCE + OURS, binding + "," + nonce)))
                .as(of)
                .isEqualTo(new Move.Decided(new Verdict.Refused()));
    }

    @Test
    void whoLogsInMayActAsOneselfAlone() {
        assertThat(server("SCRAM-SHA-256").on("n,a=user,n=user,r=x"))
                .isInstanceOf(Move.Challenge.class);
        assertThat(server("SCRAM-SHA-256").on("n,a=root,n=user,r=x"))
                .isEqualTo(new Move.Decided(new Verdict.Refused()));
        assertThat(server("PLAIN").on("user\0user\0pencil")).isInstanceOf(Move.Check.class);
        assertThat(server("PLAIN").on("root\0user\0pencil"))
                .isEqualTo(new Move.Decided(new Verdict.Refused()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SCRAM-SHA-256 | n,n=user,r=x",
                "SCRAM-SHA-256 | p=tls-exporter,,n=user,r=x",
                "SCRAM-SHA-256 | n,,n=user,m=x,r=x",
                "SCRAM-SHA-256 | n,,m=x,n=user,r=x",
                "SCRAM-SHA-256 | n,,r=x,n=user",
                "SCRAM-SHA-256 | n,,n=user,r=",
                "PLAIN | user0pencil",
                "PLAIN | 00pencil",
                "PLAIN | 0user0pencil0",
                "LOGIN | ''",
                "LOGIN | 0user",
                "LOGIN | user0",
            })
    void whatIsNoResponseIsMalformed(String mechanism, String response) {
        // Given a response in which 0 stands for NUL.
        assertThat(server(mechanism).on(response.replace('0', '\0')))
                .isEqualTo(new Move.Malformed());
    }

    private static SaslServer server(String mechanism) {
        return SaslServer.of(mechanism, USERS, () -> OURS).orElseThrow();
    }
}
