package relay.core.delivery;

import static relay.core.delivery.OutboundSamples.IDENTITY;
import static relay.core.delivery.OutboundSamples.entry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.sasl.SaslMechanism;

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
                                C: MAIL FROM:<a@example.net> AUTH=<>
                                C: RCPT TO:<b@example.org>
                                C: DATA
                                """);
    }

    @Test
    void aLongPlainResponseWaitsForItsTurn() {
        // RFC 5321 §4.5.3.1.4: a command has at most 512 octets.
        String name = "r".repeat(400);
        var response = ("\0" + name + "\0p").getBytes(StandardCharsets.US_ASCII);
        asIdentity(SmartHostAuth.password(name, "p"))
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
                                S: 250 AUTH GSSAPI NTLM
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

    private static final String SCRAM_FIRST =
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    /// A transcript in which `{text}` stands for the base64 of it, and `[first]` for the host's
    /// first challenge.
    private static String withBase64(String transcript) {
        return Pattern.compile("\\{([^}]*)}")
                .matcher(transcript.replace("[first]", SCRAM_FIRST))
                .replaceAll(text -> base64(text.group(1)));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static SmartHostAuth by(SaslMechanism... mechanisms) {
        return new SmartHostAuth("relay", new SmartHostAuth.Password("s3cret"), Set.of(mechanisms));
    }

    @Test
    void scramProvesThatBothSidesKnowThePasswordAndTellsItToNone() {
        asIdentity(IDENTITY)
                .plays(
                        SECURED
                                + withBase64(
                                        """
                                        C: EHLO relay.example.net
                                        S: 250-mx.example.org
                                        S: 250 AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256
                                        C: AUTH SCRAM-SHA-256 {n,,n=relay,r=rOprNGfwEbeRWgbNEkqO}
                                        S: 334 {[first]}
                                        < derive 4096 iterations
                                        C: {c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=Q3vBJdddpRd/usQF7bJ0zIJ3U2A9nyru/wPBVez4m2A=}
                                        S: 334 {v=vQii0Nmda/15K/cqBp4sMakKxXBgnD77t1Wwt4iWM+A=}
                                        C: {}
                                        S: 235 2.7.0 welcome
                                        < opened TLSv1.3
                                        < ready 2
                                        """));
    }

    @Test
    void aHostThatCannotProveThatItKnowsThePasswordIsLeft() {
        String upToTheProof =
                SECURED
                        + withBase64(
                                """
                                C: EHLO relay.example.net
                                S: 250-mx.example.org
                                S: 250 AUTH SCRAM-SHA-256
                                C: AUTH SCRAM-SHA-256 {n,,n=relay,r=rOprNGfwEbeRWgbNEkqO}
                                S: 334 {[first]}
                                < derive 4096 iterations
                                C: {c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=Q3vBJdddpRd/usQF7bJ0zIJ3U2A9nyru/wPBVez4m2A=}
                                """);
        // With a wrong signature, with none, and with an error.
        for (String last : List.of("{v=AAAA}", "", "{e=other-error}")) {
            asIdentity(IDENTITY)
                    .plays(
                            upToTheProof
                                    + withBase64(
                                            """
                                            S: 334 %s
                                            < close
                                            < not served, tls trouble NONE, auth 4.7.8
                                            """
                                                    .formatted(last)));
        }
        // And with a welcome that skips the proof.
        asIdentity(IDENTITY)
                .plays(
                        upToTheProof
                                + """
                                S: 235 2.7.0 welcome
                                C: QUIT
                                > lost
                                < close
                                < not served, tls trouble NONE, auth 4.7.8
                                """);
    }

    @Test
    void scramPlusBindsTheExchangeToTheConnection() {
        asIdentity(IDENTITY)
                .plays(
                        SECURED.replace("> secured", "> secured, with a binding")
                                + withBase64(
                                        """
                                        C: EHLO relay.example.net
                                        S: 250-mx.example.org
                                        S: 250 AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN
                                        C: AUTH SCRAM-SHA-256-PLUS {p=tls-exporter,,n=relay,r=rOprNGfwEbeRWgbNEkqO}
                                        S: 334 {[first]}
                                        < derive 4096 iterations
                                        C: {c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=WllddhZeKv5MWuQitCXH81bIrjqd0wGo0RlTSXJK3ww=}
                                        S: 334 {v=I5aLmQSvaBCY96B2BHGxrtOdkzznDEPsgVh3qsEDa28=}
                                        C: {}
                                        S: 235 2.7.0 welcome
                                        < opened TLSv1.3
                                        < ready 2
                                        """));
    }

    @Test
    void aHostIsToldThatItsOfferLackedTheBindingThatWeCouldHaveUsed() {
        // So that it notices where someone in the middle has taken it from the list.
        asIdentity(IDENTITY)
                .plays(
                        SECURED.replace("> secured", "> secured, with a binding")
                                + withBase64(
                                        """
                                        C: EHLO relay.example.net
                                        S: 250-mx.example.org
                                        S: 250 AUTH SCRAM-SHA-256 PLAIN
                                        C: AUTH SCRAM-SHA-256 {y,,n=relay,r=rOprNGfwEbeRWgbNEkqO}
                                        S: 334 {[first]}
                                        < derive 4096 iterations
                                        C: {c=eSws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=MmMGXoj6cgyPu4wjDydyss2pWB+k+Lz5I7EpmEF8u5E=}
                                        S: 334 {v=ZDQY66oO/IwTYdBWDaFmBbidq26q1dne/76FgWdeMfE=}
                                        C: {}
                                        S: 235 2.7.0 welcome
                                        < opened TLSv1.3
                                        < ready 2
                                        """));
    }

    @Test
    void cramMd5IsTheLastResort() {
        asIdentity(IDENTITY)
                .plays(
                        SECURED
                                + withBase64(
                                        """
                                        C: EHLO relay.example.net
                                        S: 250-mx.example.org
                                        S: 250 AUTH CRAM-MD5
                                        C: AUTH CRAM-MD5
                                        S: 334 {<1896.697170952@postoffice.reston.mci.net>}
                                        C: {relay e6c24deec1aad29c4c523c103c027c56}
                                        S: 235 welcome
                                        < opened TLSv1.3
                                        < ready 2
                                        """));
        asIdentity(IDENTITY)
                .plays(
                        SECURED
                                + withBase64(
                                        """
                                        C: EHLO relay.example.net
                                        S: 250-mx.example.org
                                        S: 250 AUTH CRAM-MD5 LOGIN
                                        C: AUTH LOGIN
                                        S: 334 {Username:}
                                        C: {relay}
                                        """));
    }

    @Test
    void onlyTheMechanismsThatAreNamedAreTried() {
        asIdentity(by(SaslMechanism.SCRAM_SHA_256, SaslMechanism.SCRAM_SHA_256_PLUS))
                .plays(
                        SECURED
                                + """
                                C: EHLO relay.example.net
                                S: 250-mx.example.org
                                S: 250 AUTH PLAIN LOGIN
                                C: QUIT
                                > lost
                                < close
                                < not served, tls trouble NONE, auth 4.7.8
                                """);
        // And nothing else after one of them was refused.
        asIdentity(by(SaslMechanism.LOGIN, SaslMechanism.PLAIN))
                .plays(
                        SECURED
                                + """
                                C: EHLO relay.example.net
                                S: 250-mx.example.org
                                S: 250 AUTH LOGIN PLAIN SCRAM-SHA-256
                                C: AUTH PLAIN AHJlbGF5AHMzY3JldA==
                                S: 504 5.5.4 not today
                                C: QUIT
                                > lost
                                < close
                                < not served, tls trouble NONE, auth 4.5.4
                                """);
    }
}
