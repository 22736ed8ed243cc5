package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.core.delivery.OutboundSamples.entry;

import java.util.List;
import org.junit.jupiter.api.Test;
import relay.core.delivery.Dialer.SessionEnd.DemandsUnmet;
import relay.core.delivery.Dialer.SessionEnd.NotServed;
import relay.core.delivery.Dialer.TlsUse;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.Evidence.TlsVersion;
import relay.core.tls.TlsDemand;

/// What is said before a host may hear of a message.
class OpeningDialogueTest {
    private static final String TO_STARTTLS =
            """
            > connected
            S: 220 mx.example.org
            C: EHLO relay.example.net
            S: 250-mx.example.org
            S: 250-AUTH PLAIN
            S: 250 STARTTLS
            C: STARTTLS
            """;
    private static final String SECURED =
            TO_STARTTLS
                    + """
                    S: 220 go ahead
                    < start tls
                    > secured
                    """;
    private static final String NOT_OFFERED =
            """
            > connected
            S: 220 mx.example.org
            C: EHLO relay.example.net
            S: 250-mx.example.org
            S: 250 PIPELINING
            """;

    private static DialogueScript under(TlsDemand... demands) {
        return DialogueScript.of(OutboundSamples.hostUnder(demands), entry(1, "b"));
    }

    private static DialogueScript seeing(
            TlsVersion version, ChainVerdict verdict, String name, TlsDemand... demands) {
        return new DialogueScript(
                OutboundSamples.hostUnder(demands),
                TlsUse.TRY,
                OutboundSamples.encrypted(version, verdict, name),
                entry(1, "b"));
    }

    @Test
    void afterStartTlsWhatWasOfferedInClearIsForgotten() {
        // RFC 3207 §4.2: PIPELINING was offered in clear alone.
        under().plays(
                        """
                        > connected
                        S: 220 mx.example.org
                        C: EHLO relay.example.net
                        S: 250-mx.example.org
                        S: 250-PIPELINING
                        S: 250 STARTTLS
                        C: STARTTLS
                        S: 220 go ahead
                        < start tls
                        > secured
                        C: EHLO relay.example.net
                        S: 250-mx.example.org
                        S: 250 SIZE
                        < opened TLSv1.3
                        < ready 2
                        > offer 1
                        C: MAIL FROM:<a@example.net> SIZE=2048
                        """);
    }

    @Test
    void withImplicitTlsTheHandshakeComesFirst() {
        DialogueScript.of(
                        OutboundSamples.host(
                                TlsMode.IMPLICIT,
                                List.of(OutboundSamples.THE_NAME),
                                PlaintextFallback.ALLOWED,
                                List.of()))
                .plays(
                        """
                        > connected
                        < start tls
                        > secured
                        S: 220 mx.example.org
                        C: EHLO relay.example.net
                        S: 250 mx.example.org
                        < opened TLSv1.3
                        < ready 2
                        """);
    }

    @Test
    void aFailedImplicitHandshakeOffersNoFallBack() {
        var implicit =
                OutboundSamples.host(
                        TlsMode.IMPLICIT, List.of(), PlaintextFallback.ALLOWED, List.of());
        DialogueScript.of(implicit)
                .plays(
                        """
                        > connected
                        < start tls
                        > tls failed
                        < close
                        < not served, tls trouble NONE, tls 4.7.5
                        """);
    }

    @Test
    void aHostThatOffersNoStartTlsHearsNothingUnderADemand() {
        DialogueScript script =
                under(OutboundSamples.ENCRYPTION)
                        .plays(
                                NOT_OFFERED
                                        + """
                                        C: QUIT
                                        > offer 1
                                        < returned 1
                                        S: 221 bye
                                        < close
                                        < demands unmet tls 4.7.10
                                        """);
        assertThat(script.end())
                .isInstanceOfSatisfying(
                        DemandsUnmet.class,
                        end -> {
                            assertThat(end.why().text()).contains("connector bank");
                            assertThat(end.why().host()).isEqualTo("mx.example.org[192.0.2.7]:25");
                            assertThat(end.why().demands())
                                    .containsExactly(
                                            "encryption (connector bank): not-offered"
                                                    + " (the host does not offer STARTTLS)");
                            assertThat(end.unmet()).hasSize(1);
                        });
    }

    @Test
    void aRefusedStartTlsIsTlsTrouble() {
        String refused = TO_STARTTLS + "S: 454 4.7.0 no certificate\nC: QUIT\n> lost\n< close\n";
        under(OutboundSamples.ENCRYPTION).plays(refused + "< demands unmet tls 4.7.10");
        under().plays(refused + "< not served, tls trouble FAILED, tls 4.7.10");
    }

    @Test
    void aFailedHandshakeEndsTheConnection() {
        String failed = TO_STARTTLS + "S: 220 go\n< start tls\n> tls failed\n< close\n";
        under(OutboundSamples.ENCRYPTION).plays(failed + "< demands unmet tls 4.7.5");
        under().plays(failed + "< not served, tls trouble FAILED, tls 4.7.5");
    }

    @Test
    void aStalledHandshakeIsAFailedOne() {
        String stalled = TO_STARTTLS + "S: 220 go\n< start tls\n> timeout\n< close\n";
        under(OutboundSamples.ENCRYPTION).plays(stalled + "< demands unmet tls 4.7.5");
        DialogueScript script =
                under().plays(stalled + "< not served, tls trouble FAILED, tls 4.7.5");
        assertThat(((NotServed) script.end()).why().text()).contains("stalled").contains("1m");
    }

    @Test
    void aStalledOrLostStartTlsIsAFailedHandshake() {
        String trouble = "< not served, tls trouble FAILED, tls 4.7.5";
        under().plays(TO_STARTTLS + "> timeout\n< close\n" + trouble);
        under(OutboundSamples.ENCRYPTION)
                .plays(TO_STARTTLS + "> lost\n< close\n< demands unmet tls 4.7.5");
    }

    @Test
    void aConnectionThatBreaksRightAfterTheHandshakeIsTlsTrouble() {
        under().plays(
                        SECURED
                                + """
                                C: EHLO relay.example.net
                                > lost
                                < close
                                < not served, tls trouble FAILED, connection 4.4.2
                                """);
    }

    @Test
    void wordsInClearBehindTheGoAheadAreAnAttack() {
        String injected = TO_STARTTLS + "S: 220 go\nS: 250 and this\n< close\n";
        under(OutboundSamples.ENCRYPTION).plays(injected + "< demands unmet tls 4.7.5");
        under().plays(injected + "< not served, tls trouble FAILED, tls 4.7.5");
    }

    @Test
    void evidenceThatFallsShortOfADemandEndsTheSessionBeforeAnEnvelope() {
        // Given what a handshake can show, and the demand it does not meet.
        String unmet = SECURED + "C: QUIT\nS: 221 bye\n< close\n< demands unmet tls 4.7.5";
        var trusted = new ChainVerdict.Trusted();
        var expired = new ChainVerdict.Expired("since yesterday");
        var untrusted = new ChainVerdict.Untrusted("self-signed");
        var version = TlsVersion.TLS_1_3;

        // Then the host hears QUIT, and not even a second EHLO.
        seeing(version, trusted, "other.example", OutboundSamples.THE_NAME).plays(unmet);
        seeing(version, expired, "mx.example.org", OutboundSamples.THE_NAME).plays(unmet);
        seeing(version, untrusted, "mx.example.org", OutboundSamples.THE_NAME).plays(unmet);
        seeing(TlsVersion.TLS_1_1, trusted, "mx.example.org", OutboundSamples.ENCRYPTION)
                .plays(unmet);
    }

    @Test
    void withoutADemandAnyTlsWillDo() {
        seeing(TlsVersion.TLS_1_0, new ChainVerdict.Untrusted("self-signed"), "other.example")
                .plays(
                        SECURED
                                + """
                                C: EHLO relay.example.net
                                S: 250 mx.example.org
                                < opened TLSv1.0
                                < ready 2
                                """);
    }

    @Test
    void theSecondConnectionOfTheFallBackDoesNotTryTls() {
        String clear =
                """
                > connected
                S: 220 mx.example.org
                C: EHLO relay.example.net
                S: 250-mx.example.org
                S: 250 STARTTLS
                """;
        var good = OutboundSamples.encrypted(TlsVersion.TLS_1_3, new ChainVerdict.Trusted());
        new DialogueScript(OutboundSamples.host(), TlsUse.NEVER, good)
                .plays(clear + "< opened none\n< ready 2");

        // A demand or `plaintextFallback: never` stops it all the same.
        new DialogueScript(
                        OutboundSamples.hostUnder(OutboundSamples.ENCRYPTION), TlsUse.NEVER, good)
                .plays(clear + "C: QUIT\n> lost\n< close\n< demands unmet tls 4.7.5");
        var never =
                OutboundSamples.host(
                        TlsMode.STARTTLS, List.of(), PlaintextFallback.NEVER, List.of());
        new DialogueScript(never, TlsUse.NEVER, good)
                .plays(
                        clear
                                + """
                                C: QUIT
                                > lost
                                < close
                                < not served, tls trouble NONE, tls 4.7.5
                                """);
    }

    @Test
    void plaintextFallbackNeverWantsTlsWithoutDemandingIt() {
        var never =
                OutboundSamples.host(
                        TlsMode.STARTTLS, List.of(), PlaintextFallback.NEVER, List.of());
        DialogueScript.of(never)
                .plays(
                        NOT_OFFERED
                                + """
                                C: QUIT
                                > lost
                                < close
                                < not served, tls trouble NONE, tls 4.7.10
                                """);
    }

    @Test
    void aHostThatRefusesToTalkJudgesUsAndNoMessage() {
        for (String greeting : new String[] {"554 5.7.1 go away", "521 no mail", "450 later"}) {
            String said = "> connected\nS: " + greeting + "\nC: QUIT\n> lost\n< close\n";
            String status = greeting.startsWith("554") ? "4.7.1" : "4.0.0";
            under().plays(said + "< not served, tls trouble NONE, reply " + status);
        }
        under().plays(
                        """
                        > connected
                        S: 220 mx.example.org
                        C: EHLO relay.example.net
                        S: 421 4.7.0 too many connections
                        C: QUIT
                        > lost
                        < close
                        < not served, tls trouble NONE, reply 4.7.0
                        """);
    }

    @Test
    void aHostThatKnowsOnlyHeloGetsItWhereNothingIsDemanded() {
        under().plays(Transcripts.OPEN_HELO);
        under(OutboundSamples.ENCRYPTION)
                .plays(
                        """
                        > connected
                        S: 220 mx.example.org
                        C: EHLO relay.example.net
                        S: 502 what?
                        C: QUIT
                        > lost
                        < close
                        < not served, tls trouble NONE, reply 4.0.0
                        """);
    }

    @Test
    void aRefusedSecondEhloIsNotFollowedByHelo() {
        under().plays(
                        SECURED
                                + """
                                C: EHLO relay.example.net
                                S: 502 what?
                                C: QUIT
                                > lost
                                < close
                                < not served, tls trouble NONE, reply 4.0.0
                                """);
    }

    @Test
    void aHostThatIsNotThereIsNotServed() {
        under().plays("> lost\n< close\n< not served, tls trouble NONE, connection 4.4.1");
        under().plays("> timeout\n< close\n< not served, tls trouble NONE, timeout 4.4.1");
        under().plays(
                        """
                        > connected
                        S: HTTP/1.1 400 Bad Request
                        < close
                        < not served, tls trouble NONE, connection 4.4.2
                        """);
    }
}
