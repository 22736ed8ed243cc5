package relay.server.listener;

import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import relay.core.intake.IntakeRules;
import relay.core.intake.IntakeSession;
import relay.core.routing.ClientCertificates;
import relay.core.routing.SmartHost.TlsMode;

/// A client that was let in: from where, under which rules, by which entrance.
record Client(InetAddress address, IntakeRules rules, Entrance entrance) {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BYTES = 24;

    boolean isImplicitTls() {
        return entrance.binding().tlsMode() == TlsMode.IMPLICIT;
    }

    ClientCertificates clientCertificates() {
        return rules.connector().clientCertificates();
    }

    IntakeSession newSession() {
        ListenerPorts ports = entrance.house().ports();
        return new IntakeSession(
                rules,
                address,
                ports.policy(),
                ports.store()::newId,
                ports.clock(),
                Client::nonce,
                entrance.house().gate());
    }

    /// Tells when nothing has come from it for its connector's `inactivityTimeout`.
    IdleStateHandler newIdleHandler() {
        Duration timeout = rules.connector().limits().inactivityTimeout();
        return new IdleStateHandler(timeout.toMillis(), 0, 0, TimeUnit.MILLISECONDS);
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
        entrance.house().counts().close(rules.connector(), address);
    }

    /// As logs name it.
    @Override
    public String toString() {
        return address.getHostAddress();
    }
}
