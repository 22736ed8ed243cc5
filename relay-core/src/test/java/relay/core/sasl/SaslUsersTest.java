package relay.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SaslUsersTest {
    /// The user of RFC 7677 §3.
    private static final String PENCIL =
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                    + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

    @Test
    void aHashIsThatOfOthersForTheSameSalt() {
        var salt = ByteBuffer.wrap(Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ=="));
        var made = ScramVerifier.of("pencil", salt, 4096);
        assertThat(made.text()).isEqualTo(PENCIL);
        assertThat(ScramVerifier.parse(PENCIL)).contains(made);
        assertThat(made.accepts("pencil")).isTrue();
        assertThat(made.accepts("pencil ")).isFalse();
        assertThat(made.accepts("")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "pencil",
                "SCRAM-SHA-256$4095:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
                "SCRAM-SHA-256$1000001:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
                "SCRAM-SHA-256$4096:$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
                "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d:wfPL",
                "SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE="
            })
    void whatIsNoHashIsRefused(String text) {
        assertThat(ScramVerifier.parse(text)).isEmpty();
    }

    @Test
    void aUserWhoDoesNotExistHasAHashAsOthersHaveAndAlwaysTheSame() {
        var users = new SaslUsers(Map.of("user", ScramVerifier.parse(PENCIL).orElseThrow()));
        ScramVerifier decoy = users.of("nobody");
        assertThat(decoy.iterations()).isEqualTo(4096);
        assertThat(Base64.getDecoder().decode(decoy.salt())).hasSize(16);
        assertThat(users.of("nobody")).isEqualTo(decoy);
        assertThat(users.of("another")).isNotEqualTo(decoy);
        assertThat(decoy.accepts("pencil")).isFalse();
        assertThat(decoy.toString() + users).doesNotContain(decoy.storedKey());
    }

    @Test
    void nobodyKnowsTheHashOfAUserWhoDoesNotExistWithoutKnowingThoseOfTheOthers() {
        // Given a user with one hash, and with another of the same salt, which any client can ask.
        ScramVerifier pencil = ScramVerifier.parse(PENCIL).orElseThrow();
        var other =
                new ScramVerifier(
                        pencil.salt(), pencil.iterations(), pencil.serverKey(), pencil.storedKey());

        // Then the hash of somebody who is not there is another, its salt included.
        ScramVerifier one = new SaslUsers(Map.of("user", pencil)).of("nobody");
        ScramVerifier two = new SaslUsers(Map.of("user", other)).of("nobody");
        assertThat(one.salt()).isNotEqualTo(two.salt());
        assertThat(one.storedKey()).isNotEqualTo(two.storedKey());
    }

    @Test
    void asManyIterationsAsMayBeAreTaken() {
        assertThat(ScramVerifier.parse(PENCIL.replace("4096", "1000000"))).isPresent();
    }
}
