package relay.core.routing;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import relay.core.tls.TlsRequirement;

/// How mail leaves for some address spaces: the counterpart of an Exchange send connector.
///
/// An empty `smartHosts` means DNS routing. `authentication` has no element or one. Sizes are in
/// bytes.
public record SendConnector(
        String name,
        Origin origin,
        Enabled enabled,
        List<AddressSpace> addressSpaces,
        List<SmartHost> smartHosts,
        List<SmartHostAuth> authentication,
        TlsRequirement tls,
        PlaintextFallback plaintextFallback,
        OnTlsFailure onTlsFailure,
        long maxMessageSizeBytes,
        RetrySchedule retry,
        ConnectorTls tlsOptions,
        ConnectorConnections connections,
        ConnectorChoice choice,
        List<ErrorPolicy> errorPolicies) {

    public enum Enabled {
        YES,
        NO
    }

    /// Whether mail without any demand may leave in clear where TLS is not to be had.
    public enum PlaintextFallback {
        ALLOWED,
        NEVER
    }

    /// What becomes of mail whose demand is not met: it waits, goes back to its sender, or waits
    /// for the operator.
    public enum OnTlsFailure {
        QUEUE,
        BOUNCE,
        HOLD
    }

    public SendConnector {
        addressSpaces = List.copyOf(addressSpaces);
        smartHosts = List.copyOf(smartHosts);
        authentication = List.copyOf(authentication);
        errorPolicies = List.copyOf(errorPolicies);
        if (authentication.size() > 1)
            throw new IllegalArgumentException("one identity at the most");
    }

    /// Where nothing is said of connections, of the mail that it takes, nor of TLS beside its level.
    public SendConnector(
            String name,
            Origin origin,
            Enabled enabled,
            List<AddressSpace> addressSpaces,
            List<SmartHost> smartHosts,
            List<SmartHostAuth> authentication,
            TlsRequirement tls,
            PlaintextFallback plaintextFallback,
            OnTlsFailure onTlsFailure,
            long maxMessageSizeBytes,
            RetrySchedule retry) {
        this(
                name,
                origin,
                enabled,
                addressSpaces,
                smartHosts,
                authentication,
                tls,
                plaintextFallback,
                onTlsFailure,
                maxMessageSizeBytes,
                retry,
                ConnectorTls.DEFAULT,
                ConnectorConnections.DEFAULT,
                ConnectorChoice.DEFAULT,
                List.of());
    }

    /// Where nothing is said of the mail that it takes.
    public SendConnector(
            String name,
            Origin origin,
            Enabled enabled,
            List<AddressSpace> addressSpaces,
            List<SmartHost> smartHosts,
            List<SmartHostAuth> authentication,
            TlsRequirement tls,
            PlaintextFallback plaintextFallback,
            OnTlsFailure onTlsFailure,
            long maxMessageSizeBytes,
            RetrySchedule retry,
            ConnectorTls tlsOptions,
            ConnectorConnections connections) {
        this(
                name,
                origin,
                enabled,
                addressSpaces,
                smartHosts,
                authentication,
                tls,
                plaintextFallback,
                onTlsFailure,
                maxMessageSizeBytes,
                retry,
                tlsOptions,
                connections,
                ConnectorChoice.DEFAULT,
                List.of());
    }

    /// The same connector, with other connections.
    public SendConnector with(ConnectorConnections other) {
        return with(tlsOptions, other, choice, errorPolicies);
    }

    /// The same connector, whose troubles mean something else.
    public SendConnector with(List<ErrorPolicy> other) {
        return with(tlsOptions, connections, choice, other);
    }

    /// The same connector, chosen by other rules.
    public SendConnector with(ConnectorChoice other) {
        return with(tlsOptions, connections, other, errorPolicies);
    }

    /// The same without an exception that is over at `now`.
    SendConnector at(Instant now) {
        var then = new ConnectorTls(tlsOptions.terms().at(now), tlsOptions.offer());
        return with(then, connections, choice, errorPolicies);
    }

    private SendConnector with(
            ConnectorTls otherTls,
            ConnectorConnections otherConnections,
            ConnectorChoice otherChoice,
            List<ErrorPolicy> otherPolicies) {
        return new SendConnector(
                name,
                origin,
                enabled,
                addressSpaces,
                smartHosts,
                authentication,
                tls,
                plaintextFallback,
                onTlsFailure,
                maxMessageSizeBytes,
                retry,
                otherTls,
                otherConnections,
                otherChoice,
                otherPolicies);
    }

    public boolean mayFailOver() {
        return choice.whenDown() == ConnectorChoice.WhenDown.FAIL_OVER;
    }

    public boolean isDnsRouted() {
        return smartHosts.isEmpty();
    }

    public Optional<SmartHostAuth> identity() {
        return authentication.stream().findFirst();
    }
}
