package relay.server.listener;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import relay.core.intake.IntakeRules;
import relay.core.intake.IntakeSession;
import relay.core.intake.MessageGate;
import relay.core.routing.ClientCertificates;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.routing.SmartHost.TlsMode;

/// A client that was let in: from where, to which binding, under which rules.
record Client(
        InetAddress address,
        Binding binding,
        IntakeRules rules,
        ConnectionCounts counts,
        MessageGate gate) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BYTES = 24;

    boolean isImplicitTls() {
        return binding.tlsMode() == TlsMode.IMPLICIT;
    }

    ClientCertificates clientCertificates() {
        return rules.connector().clientCertificates();
    }

    IntakeSession newSession(ListenerPorts ports) {
        return new IntakeSession(
                rules,
                address,
                ports.policy(),
                ports.store()::newId,
                ports.clock(),
                Client::nonce,
                gate);
    }

    private static String nonce() {
        byte[] bytes = new byte[NONCE_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// After so long the connection is to end.
    Duration connectionTimeout() {
        return rules.connector().limits().conduct().connectionTimeout();
    }

    /// Its connection has ended.
    void closed() {
        counts.close(rules.connector(), address);
    }

    /// As logs name it.
    @Override
    public String toString() {
        return address.getHostAddress();
    }
}
