package relay.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import relay.core.sasl.SaslClient.Move;
import relay.core.sasl.SaslClient.Start;

/// The old mechanisms, as smart hosts ask for them.
class FixedResponsesTest {
    @Test
    void aHostThatIsContentBeforeItHasHeardThePasswordHasNotCheckedIt() {
        SaslClient login = FixedResponses.login("user", "pencil");
        assertThat(login.start()).isEqualTo(new Start.OtherSideFirst());
        assertThat(login.isComplete()).isFalse();
        assertThat(login.on("Username:")).isEqualTo(new Move.Respond("user"));
        assertThat(login.isComplete()).isFalse();
        assertThat(login.on("Password:")).isEqualTo(new Move.Respond("pencil"));
        assertThat(login.isComplete()).isTrue();
        assertThat(login.on("Once more:")).isInstanceOf(Move.GiveUp.class);
    }

    @Test
    void theExampleOfCramMd5IsPlayedToTheLetter() {
        // RFC 2195 §2.
        SaslClient cram = FixedResponses.cramMd5("tim", "tanstaaftanstaaf");
        assertThat(cram.on("<1896.697170952@postoffice.reston.mci.net>"))
                .isEqualTo(new Move.Respond("tim b913a602c7eda7a495b4e6e7334d3890"));
        assertThat(cram.isComplete()).isTrue();
    }
}
