package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static relay.core.delivery.Policies.connector;
import static relay.core.delivery.Policies.smartHost;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.TlsTrouble;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.queue.QueueEntry;
import relay.core.routing.PolicyTable;
import relay.core.routing.SmartHostAuth;
import relay.core.routing.SmartHostAuth.AccessToken;
import relay.core.routing.TokenGrant;
import relay.core.sasl.SaslMechanism;
import relay.core.smtp.EnhancedStatus;
import relay.core.smtp.HostLimits;
import relay.core.tls.TlsProof;

/// A connector that authenticates with access tokens, from the plan to its end.
class TokenDeliveryTest {
    private static final TokenGrant GRANT =
            new TokenGrant(
                    URI.create("https://login.example/token"),
                    "relay",
                    "s3cret",
                    new TokenGrant.Kind.ClientCredentials(),
                    "");
    private static final PolicyTable POLICY =
            connector("c")
                    .via(smartHost("filter.example", 587))
                    .as(new SmartHostAuth("relay", GRANT, SaslMechanism.ofTokens()))
                    .table();

    private final List<String> dialed = new ArrayList<>();

    private DeliveryEnd deliver(Tokens tokens, SessionEnd... script) {
        Deque<SessionEnd> ends = new ArrayDeque<>(List.of(script));
        Dialer dialer =
                (host, _, _) -> {
                    var secret = (AccessToken) host.identity().getFirst().secret();
                    dialed.add(secret.text());
                    return ends.removeFirst();
                };
        var planner =
                new ConnectionPlanner(
                        Resolvers.all(PlainZone.of("filter.example A 192.0.2.9")),
                        new Random(1),
                        new Domain("relay.example.net"),
                        DemandSource.CONFIGURED,
                        tokens);
        return new Delivery(planner, dialer, _ -> {})
                .run(POLICY.route(new Domain("example.org")).lane(), POLICY, new Deaf());
    }

    /// Gives `answers` one after the other; a refused token is replaced where `renewals` say so.
    private record Tokens(Deque<Answer> answers, Deque<Renewal> renewals) implements TokenSource {
        static Tokens of(List<Answer> answers, Renewal... renewals) {
            return new Tokens(new ArrayDeque<>(answers), new ArrayDeque<>(List.of(renewals)));
        }

        @Override
        public Answer token(TokenGrant grant) {
            return answers.removeFirst();
        }

        @Override
        public Renewal refused(TokenGrant grant) {
            return renewals.removeFirst();
        }
    }

    private record Deaf() implements SessionObserver {
        @Override
        public void opened(SessionLink link, TlsProof proof, HostLimits limits) {}

        @Override
        public void ready(int entries) {}

        @Override
        public void ended(
                QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes, TlsProof proof) {}

        @Override
        public void returned(QueueEntry entry) {}
    }

    private static TokenSource.Answer token(String text) {
        return new TokenSource.Answer.Token(text);
    }

    private static SessionEnd refused() {
        var why = Diagnostic.of(Reason.AUTHENTICATION, new EnhancedStatus(4, 7, 8), "no", "");
        return new SessionEnd.NotServed(why, TlsTrouble.NONE);
    }

    private static SessionEnd served() {
        return new SessionEnd.Served(List.of());
    }

    @Test
    void aRefusedTokenThatWasOldIsReplacedOnce() {
        // Given a token that the host does not take any more.
        var tokens =
                Tokens.of(List.of(token("old"), token("new")), TokenSource.Renewal.WORTH_A_TRY);

        // When the lane is delivered, then the host is asked again with another.
        assertThat(deliver(tokens, refused(), served())).isInstanceOf(DeliveryEnd.Served.class);
        assertThat(dialed).containsExactly("old", "new");
    }

    @Test
    void whereTheNewTokenIsRefusedTooTheLaneWaits() {
        var tokens =
                Tokens.of(List.of(token("old"), token("new")), TokenSource.Renewal.WORTH_A_TRY);
        assertThat(deliver(tokens, refused(), refused())).isInstanceOf(DeliveryEnd.NoHost.class);
        assertThat(dialed).containsExactly("old", "new");
    }

    @Test
    void aRefusedTokenThatWasNewIsNotReplaced() {
        var tokens = Tokens.of(List.of(token("new")), TokenSource.Renewal.POINTLESS);
        assertThat(deliver(tokens, refused())).isInstanceOf(DeliveryEnd.NoHost.class);
        assertThat(dialed).containsExactly("new");
    }

    @Test
    void withoutATokenNobodyIsDialedAndTheReasonIsTold() {
        var tokens =
                Tokens.of(
                        List.of(
                                new TokenSource.Answer.None(
                                        "login.example answered 401 invalid_client")),
                        TokenSource.Renewal.POINTLESS);
        assertThat(deliver(tokens))
                .isInstanceOfSatisfying(
                        DeliveryEnd.NoHost.class,
                        noHost -> {
                            assertThat(noHost.why().reason()).isEqualTo(Reason.AUTHENTICATION);
                            assertThat(noHost.why().status().statusClass()).isEqualTo(4);
                            assertThat(noHost.why().text())
                                    .isEqualTo(
                                            "no access token: login.example answered 401"
                                                    + " invalid_client");
                        });
        assertThat(dialed).isEmpty();
    }

    @Test
    void nothingPrintsASecret() {
        assertThat(POLICY.connector("c").orElseThrow().toString()).doesNotContain("s3cret");
        assertThat(GRANT + " " + token("t0ken") + " " + new AccessToken("t0ken"))
                .doesNotContain("s3cret")
                .doesNotContain("t0ken");
    }
}
