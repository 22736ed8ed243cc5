package relay.core.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import relay.core.delivery.Dialer.SessionEnd.NotServed;
import relay.core.queue.Diagnostic;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.sasl.SaslMechanism;

/// What a host says that knows our credentials is in no diagnostic, and so in no log, notice or
/// answer of the API.
class WithheldWordsTest {
    private static final String SECRET = "s3cret";
    private static final String NONCE = OutboundSamples.NONCE + "more";
    private static final String GOOD_CHALLENGE = "r=" + NONCE + ",s=AAAA,i=4096";

    /// Why a host is not served that says this after EHLO; ` / ` ends a line.
    private static Diagnostic whyAfter(String mechanism, String... replies) {
        boolean bearer = mechanism.contains("OAUTH");
        SmartHostAuth identity =
                bearer
                        ? new SmartHostAuth(
                                "relay",
                                new SmartHostAuth.AccessToken(SECRET),
                                SaslMechanism.ofTokens())
                        : OutboundSamples.IDENTITY;
        var host =
                OutboundSamples.host(
                        TlsMode.IMPLICIT,
                        List.of(OutboundSamples.ENCRYPTION),
                        PlaintextFallback.ALLOWED,
                        List.of(identity));
        var script = DialogueScript.of(host);
        script.play(List.of("> connected", "> secured"));
        script.play(List.of("S: 220 mx.example.org"));
        script.play(List.of("S: 250-mx.example.org", "S: 250 AUTH " + mechanism));
        for (String reply : replies) {
            script.play(Arrays.stream(reply.split(" / ")).map(line -> "S: " + line).toList());
        }
        script.play(List.of("> lost"));
        return ((NotServed) script.end()).why();
    }

    private static String challenge(String text) {
        return "334 " + Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "535 5.7.8 s3cret is wrong  | 535 5.7.8 (withheld)",
                "535 s3cret                 | 535 (withheld)",
                "454-4.7.0 s3cret / 454 4.7.0 s3cret | 454 4.7.0 (withheld)",
                "535-no / 535 5.7.8 s3cret | 535 (withheld)",
                "354 s3cret                 | 354 (withheld)",
            })
    void ofARefusalTheCodesAreKept(String refusal, String kept) {
        Diagnostic why = whyAfter("PLAIN", refusal);
        assertThat(why.remoteReply()).isEqualTo(kept);
        assertThat(why.text()).isEqualTo("the host did not accept who we are");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "what is s3cret",
                "535x s3cret",
                "535-s3cret / 535_s3cret",
                "535-s3cret / 454 s3cret",
                "999 s3cret",
            })
    void whatIsNoReplyIsNotRepeated(String words) {
        // Once in answer to the command that tells all, and once to the last response.
        var heard = new ArrayList<Diagnostic>();
        heard.add(whyAfter("PLAIN", words));
        heard.add(whyAfter("LOGIN", challenge("Username:"), challenge("Password:"), words));
        assertThat(heard).noneMatch(why -> why.toString().contains(SECRET));
    }

    @Test
    void whatIsNoReplySaysThatItIsNone() {
        assertThat(whyAfter("PLAIN", "s3cret").text())
                .isEqualTo("lost while waiting for AUTH: what came is no reply (withheld)");
    }

    @Test
    void beforeAnyCredentialsWhatIsNoReplyIsQuoted() {
        var script = DialogueScript.of(OutboundSamples.host());
        script.play(List.of("> connected", "S: 2x0 hello"));
        assertThat(((NotServed) script.end()).why().text()).contains("not a reply: 2x0 hello");
    }

    @Test
    void anErrorInAChallengeIsToldInItsRegisteredWordAlone() {
        String refused = "535 5.7.8 no";
        assertThat(
                        whyAfter(
                                        "OAUTHBEARER",
                                        challenge(
                                                "{\"status\":\"invalid_token\",\"of\":\"s3cret\"}"),
                                        refused)
                                .text())
                .isEqualTo("the host did not accept who we are: invalid_token");
        assertThat(
                        whyAfter(
                                        "XOAUTH2",
                                        challenge("{\"status\" : \"401\",\"scope\":\"s3cret\"}"),
                                        refused)
                                .text())
                .isEqualTo("the host did not accept who we are: 401");
        assertThat(whyAfter("XOAUTH2", challenge("{\"status\":\"s3cret\"}"), refused).text())
                .isEqualTo("the host did not accept who we are");
    }

    @Test
    void aChallengeThatScramCannotTakeIsNotRepeated() {
        assertThat(whyAfter("SCRAM-SHA-256", challenge("r=" + NONCE + ",s=AAAA,i=s3cret")).text())
                .isEqualTo("the host does not ask for 4096 to 1000000 iterations");
        assertThat(
                        whyAfter("SCRAM-SHA-256", challenge(GOOD_CHALLENGE), challenge("e=s3cret"))
                                .text())
                .isEqualTo("the host refused us");
        assertThat(
                        whyAfter(
                                        "SCRAM-SHA-256",
                                        challenge(GOOD_CHALLENGE),
                                        challenge("e=invalid-proof"))
                                .text())
                .isEqualTo("the host refused us: invalid-proof");
    }
}
