package relay.core.delivery;

import java.util.List;
import relay.core.delivery.TokenSource.Answer;
import relay.core.delivery.TokenSource.Renewal;
import relay.core.queue.Diagnostic;
import relay.core.queue.Diagnostic.Reason;
import relay.core.routing.SendConnector;
import relay.core.routing.SmartHostAuth;
import relay.core.routing.SmartHostAuth.AccessToken;
import relay.core.routing.TokenGrant;
import relay.core.smtp.EnhancedStatus;

/// Who we are to hosts, with a token at hand where one is needed.
record Identities(TokenSource tokens) {
    private static final EnhancedStatus CREDENTIALS = new EnhancedStatus(4, 7, 8);

    /// The same hosts, which are all of one connector; may block.
    ConnectionPlan ready(ConnectionPlan.Hosts plan) {
        List<SmartHostAuth> identity = plan.hosts().getFirst().identity();
        if (identity.isEmpty() || !(identity.getFirst().secret() instanceof TokenGrant grant)) {
            return plan;
        }
        return switch (tokens.token(grant)) {
            case Answer.Token(var text) -> {
                SmartHostAuth known = identity.getFirst().with(new AccessToken(text));
                yield new ConnectionPlan.Hosts(
                        plan.hosts().stream().map(host -> host.as(List.of(known))).toList(),
                        plan.passedOver());
            }
            case Answer.None(var why) -> {
                String text = "no access token: " + why;
                String host = String.valueOf(grant.endpoint().getHost());
                yield new ConnectionPlan.NotNow(
                        Diagnostic.of(Reason.AUTHENTICATION, CREDENTIALS, text, host));
            }
        };
    }

    /// The hosts of the connector did not accept who we are.
    Renewal refused(SendConnector connector) {
        return DemandSource.identity(connector)
                .map(SmartHostAuth::secret)
                .filter(TokenGrant.class::isInstance)
                .map(secret -> tokens.refused((TokenGrant) secret))
                .findFirst()
                .orElse(Renewal.POINTLESS);
    }
}
