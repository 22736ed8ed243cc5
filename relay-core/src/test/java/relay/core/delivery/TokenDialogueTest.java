package relay.core.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import relay.core.delivery.Dialer.SessionEnd.NotServed;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.routing.SmartHostAuth.AccessToken;
import relay.core.sasl.SaslMechanism;

/// How a smart host is shown an access token. `{text}` stands for the base64 of the text, and `^`
/// in it for the octet 1.
class TokenDialogueTest {
    private static final String HELLO =
            """
            > connected
            > secured
            S: 220 mx.example.org
            C: EHLO relay.example.net
            S: 250-mx.example.org
            """;

    private static DialogueScript script(String username) {
        var token = new AccessToken("vF9dft4qmT");
        return DialogueScript.of(
                OutboundSamples.host(
                        TlsMode.IMPLICIT,
                        List.of(OutboundSamples.ENCRYPTION),
                        PlaintextFallback.ALLOWED,
                        List.of(new SmartHostAuth(username, token, SaslMechanism.ofTokens()))));
    }

    private static String transcript(String rest) {
        return HELLO.replace("> connected\n", "> connected\n< start tls\n")
                + Pattern.compile("\\{([^}]*)}")
                        .matcher(rest)
                        .replaceAll(text -> base64(text.group(1).replace('^', '\u0001')));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    @Test
    void oauthBearerIsPreferred() {
        script("user@example.com")
                .plays(
                        transcript(
                                """
                                S: 250 AUTH PLAIN XOAUTH2 OAUTHBEARER
                                C: AUTH OAUTHBEARER {n,a=user@example.com,^auth=Bearer vF9dft4qmT^^}
                                S: 235 2.7.0 welcome
                                < opened TLSv1.3
                                < ready 2
                                """));
    }

    @Test
    void aNameWithSeparatorsIsEscaped() {
        script("a,b=c")
                .plays(
                        transcript(
                                """
                                S: 250 AUTH OAUTHBEARER
                                C: AUTH OAUTHBEARER {n,a=a=2Cb=3Dc,^auth=Bearer vF9dft4qmT^^}
                                """));
    }

    @Test
    void xoauth2IsForHostsThatHaveNothingNewer() {
        script("user@example.com")
                .plays(
                        transcript(
                                """
                                S: 250 AUTH LOGIN XOAUTH2
                                C: AUTH XOAUTH2 {user=user@example.com^auth=Bearer vF9dft4qmT^^}
                                S: 235 2.7.0 welcome
                                < opened TLSv1.3
                                < ready 2
                                """));
    }

    @Test
    void aTokenIsNeverShownAsAPassword() {
        script("user@example.com")
                .plays(
                        transcript(
                                """
                                S: 250 AUTH PLAIN LOGIN SCRAM-SHA-256
                                C: QUIT
                                > lost
                                < close
                                < not served, tls trouble NONE, auth 4.7.8
                                """));
    }

    /// RFC 7628 §3.2.3, §4.3.
    @Test
    void theErrorOfOauthBearerIsAnsweredWithTheDummyAndTold() {
        var script =
                script("user@example.com")
                        .plays(
                                transcript(
                                        """
                                        S: 250 AUTH OAUTHBEARER
                                        C: AUTH OAUTHBEARER {n,a=user@example.com,^auth=Bearer vF9dft4qmT^^}
                                        S: 334 {[STATUS]}
                                        C: {^}
                                        S: 535 5.7.8 no
                                        C: QUIT
                                        > lost
                                        < close
                                        < not served, tls trouble NONE, auth 4.7.8
                                        """
                                                .replace(
                                                        "[STATUS]",
                                                        "\"status\":\"invalid_token\"")));
        assertThat(((NotServed) script.end()).why().text())
                .isEqualTo("the host did not accept who we are: invalid_token");
    }

    @Test
    void theErrorOfXoauth2IsAnsweredWithNothing() {
        script("user@example.com")
                .plays(
                        transcript(
                                """
                                S: 250 AUTH XOAUTH2
                                C: AUTH XOAUTH2 {user=user@example.com^auth=Bearer vF9dft4qmT^^}
                                S: 334 {"status":"401","schemes":"Bearer"}
                                C: {}
                                S: 535-5.7.8 Username and Password not accepted.
                                S: 535 5.7.8 Learn more
                                C: QUIT
                                > lost
                                < close
                                < not served, tls trouble NONE, auth 4.7.8
                                """));
    }

    @Test
    void aHostThatWelcomesAfterItsOwnErrorIsNotBelieved() {
        script("user@example.com")
                .plays(
                        transcript(
                                """
                                S: 250 AUTH XOAUTH2
                                C: AUTH XOAUTH2 {user=user@example.com^auth=Bearer vF9dft4qmT^^}
                                S: 334 {"status":"401"}
                                C: {}
                                S: 235 2.7.0 welcome
                                C: QUIT
                                > lost
                                < close
                                < not served, tls trouble NONE, auth 4.7.8
                                """));
    }
}
