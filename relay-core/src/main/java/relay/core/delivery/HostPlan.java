package relay.core.delivery;

import java.net.InetAddress;
import java.util.List;
import relay.core.routing.ConnectorConnections.Caller;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsOffer;

/// One host to try, everything looked up: the outbound dialogue needs nothing else to begin.
///
/// `hostName` is the MX or smart host by name, never replaced by what the DNS makes of it; for a
/// smart host given by address it is the address. `tested` is as in [DemandSource.Answer.Demands].
/// `identity` has the credentials for AUTH, with an access token at hand where they are of that
/// kind, or none; `offer` is what we bring to the handshake, `caller` how we call. `connector` is
/// the one by which it is called, empty where none is.
public record HostPlan(
        String hostName,
        InetAddress address,
        int port,
        TlsMode tlsMode,
        List<TlsDemand> demands,
        List<TlsDemand> tested,
        PlaintextFallback plaintextFallback,
        List<SmartHostAuth> identity,
        TlsOffer offer,
        Caller caller,
        String connector) {
    public HostPlan {
        demands = List.copyOf(demands);
        tested = List.copyOf(tested);
        identity = List.copyOf(identity);
    }

    /// Where no policy is only tried out, and the host is offered what there is.
    public HostPlan(
            String hostName,
            InetAddress address,
            int port,
            TlsMode tlsMode,
            List<TlsDemand> demands,
            PlaintextFallback plaintextFallback,
            List<SmartHostAuth> identity) {
        this(
                hostName,
                address,
                port,
                tlsMode,
                demands,
                List.of(),
                plaintextFallback,
                identity,
                TlsOffer.DEFAULT,
                Caller.DEFAULT,
                "");
    }

    /// The same host, to be looked at and not to be given our credentials.
    public HostPlan withoutIdentity() {
        return new HostPlan(
                hostName,
                address,
                port,
                tlsMode,
                demands,
                tested,
                plaintextFallback,
                List.of(),
                offer,
                caller,
                connector);
    }

    /// The same host, told who we are.
    HostPlan as(List<SmartHostAuth> told) {
        return new HostPlan(
                hostName,
                address,
                port,
                tlsMode,
                demands,
                tested,
                plaintextFallback,
                told,
                offer,
                caller,
                connector);
    }

    /// The name to send as SNI: the one under which TLSA records stand, where they are demanded.
    public String serverName() {
        return demands.stream()
                .filter(TlsDemand.DaneMatch.class::isInstance)
                .map(dane -> ((TlsDemand.DaneMatch) dane).host())
                .findFirst()
                .orElse(hostName);
    }

    /// As logs, notices and [relay.core.queue.Diagnostic#host] show it:
    /// `mx.example.org[192.0.2.7]:25`.
    @Override
    public String toString() {
        return hostName + "[" + address.getHostAddress() + "]:" + port;
    }
}
