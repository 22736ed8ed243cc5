package relay.core.delivery;

import static relay.core.delivery.OutboundSamples.IDENTITY;
import static relay.core.delivery.OutboundSamples.entry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.routing.SmartHostAuth.Mechanism;

/// How a smart host is told who we are.
class AuthDialogueTest {
    private static final String SECURED =
            """
            > connected
            S: 220 mx.example.org
            C: EHLO relay.example.net
            S: 250-mx.example.org
            S: 250-AUTH PLAIN
            S: 250 STARTTLS
            C: STARTTLS
            S: 220 go ahead
            < start tls
            > secured
            """;

    private static DialogueScript asIdentity(SmartHostAuth identity) {
        return DialogueScript.of(
                OutboundSamples.host(
                        TlsMode.STARTTLS,
                        List.of(OutboundSamples.ENCRYPTION),
                        PlaintextFallback.ALLOWED,
                        List.of(identity)),
                entry(1, "b"));
    }

    @Test
    void authPlainSaysWhoWeAreInOneLine() {
        asIdentity(IDENTITY)
                .plays(
                        SECURED
                                + """
                                C: EHLO relay.example.net
                                S: 250-mx.example.org
                                S: 250-PIPELINING
                                S: 250 AUTH LOGIN PLAIN
                                C: AUTH PLAIN AHJlbGF5AHMzY3JldA==
                                S: 235 2.7.0 welcome
                                < opened TLSv1.3
                                < ready 2
                                > offer 1
                                C: MAIL FROM:<a@example.net>
                                C: RCPT TO:<b@example.org>
                                C: DATA
                                """);
    }

    @Test
    void aLongPlainResponseWaitsForItsTurn() {
        // RFC 5321 §4.5.3.1.4: a command has at most 512 octets.
        String name = "r".repeat(400);
        var response = ("\0" + name + "\0p").getBytes(StandardCharsets.US_ASCII);
        asIdentity(new SmartHostAuth(Mechanism.BASIC_AUTH_REQUIRE_TLS, name, "p"))
                .plays(
                        SECURED
                                + """
                                C: EHLO relay.example.net
                                S: 250-mx.example.org
                                S: 250 AUTH PLAIN
                                C: AUTH PLAIN
                                S: 334 go on
                                C: %s
                                S: 235 2.7.0 welcome
                                < opened TLSv1.3
                                < ready 2
                                """
                                        .formatted(Base64.getEncoder().encodeToString(response)));
    }

    @Test
    void authLoginAnswersTwoQuestions() {
        asIdentity(IDENTITY)
                .plays(
                        SECURED
                                + """
                                C: EHLO relay.example.net
                                S: 250-mx.example.org
                                S: 250 AUTH=LOGIN
                                C: AUTH LOGIN
                                S: 334 VXNlcm5hbWU6
                                C: cmVsYXk=
                                S: 334 UGFzc3dvcmQ6
                                C: czNjcmV0
                                S: 235 welcome
                                < opened TLSv1.3
                                < ready 2
                                """);
    }

    @Test
    void aRefusedIdentityIsNotServed() {
        String asked =
                SECURED
                        + """
                        C: EHLO relay.example.net
                        S: 250-mx.example.org
                        S: 250 AUTH PLAIN
                        C: AUTH PLAIN AHJlbGF5AHMzY3JldA==
                        """;
        asIdentity(IDENTITY)
                .plays(
                        asked
                                + """
                                S: 535 5.7.8 wrong password
                                C: QUIT
                                > lost
                                < close
                                < not served, tls trouble NONE, auth 4.7.8
                                """);
        asIdentity(IDENTITY)
                .plays(
                        asked
                                + """
                                S: 334 more?
                                < close
                                < not served, tls trouble NONE, auth 4.7.8
                                """);
    }

    @Test
    void aHostWithoutAMechanismOfOursIsNotServed() {
        // AUTH PLAIN was offered in clear alone, which counts for nothing.
        asIdentity(IDENTITY)
                .plays(
                        SECURED
                                + """
                                C: EHLO relay.example.net
                                S: 250-mx.example.org
                                S: 250 AUTH CRAM-MD5
                                C: QUIT
                                > lost
                                < close
                                < not served, tls trouble NONE, auth 4.7.8
                                """);
    }

    @Test
    void credentialsAreNeverSentInClear() {
        // Given an identity for which, by mistake, nothing demands encryption.
        var host =
                OutboundSamples.host(
                        TlsMode.STARTTLS, List.of(), PlaintextFallback.ALLOWED, List.of(IDENTITY));
        DialogueScript.of(host)
                .plays(
                        """
                        > connected
                        S: 220 mx.example.org
                        C: EHLO relay.example.net
                        S: 250-mx.example.org
                        S: 250 AUTH PLAIN
                        C: QUIT
                        > lost
                        < close
                        < not served, tls trouble NONE, auth 4.7.8
                        """);
    }
}
