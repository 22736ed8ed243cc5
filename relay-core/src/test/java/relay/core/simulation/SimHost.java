package relay.core.simulation;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import relay.core.simulation.Rules.Facts.Chain;

/// A partner's mail host: what it can, and how it fares just now.
final class SimHost {
    final String name;
    final List<InetAddress> addresses;
    final Set<String> extensions;
    final long maxBytes;

    /// What it wants to hear from the relay before mail; empty: nothing.
    final String password;

    /// Whether it may refuse for good; the senders' own host never does.
    final Patience patience;

    Tls tls;
    Line line = Line.UP;

    /// One connection in so many has a fault; 0: none has.
    int faultsOneIn;

    enum Patience {
        MAY_REFUSE,
        NEVER_REFUSES
    }

    enum Line {
        UP,
        REFUSES,
        /// Nothing answers.
        DEAD
    }

    enum StartTls {
        OFFERED,
        NOT_OFFERED,
        REFUSED,
        /// Somebody between speaks in clear behind the reply.
        INJECTED
    }

    enum Handshake {
        WORKS,
        FAILS,
        STALLS
    }

    /// The TLS that it has. `version` is 10 to 13.
    record Tls(
            StartTls startTls, Handshake handshake, int version, Chain chain, Set<String> names) {}

    SimHost(
            String name,
            List<InetAddress> addresses,
            Set<String> extensions,
            long maxBytes,
            String password,
            Patience patience,
            Tls tls) {
        this.name = name;
        this.addresses = List.copyOf(addresses);
        this.extensions = Set.copyOf(extensions);
        this.maxBytes = maxBytes;
        this.password = password;
        this.patience = patience;
        this.tls = tls;
    }

    boolean offers(String extension) {
        return extensions.contains(extension);
    }

    /// What goes wrong on the next connection.
    List<Fault> faults(Luck luck) {
        var faults = new ArrayList<Fault>();
        if (faultsOneIn == 0 || !luck.oneIn(faultsOneIn)) return faults;
        for (int i = luck.between(1, 2); i > 0; i--) {
            Fault fault = Fault.draw(luck);
            boolean refusal = fault.kind() == Fault.Kind.PERMANENT;
            if (!refusal || patience == Patience.MAY_REFUSE) faults.add(fault);
        }
        return faults;
    }

    Tls with(StartTls startTls) {
        return new Tls(startTls, tls.handshake(), tls.version(), tls.chain(), tls.names());
    }

    Tls with(Handshake handshake) {
        return new Tls(tls.startTls(), handshake, tls.version(), tls.chain(), tls.names());
    }

    Tls with(Chain chain) {
        return new Tls(tls.startTls(), tls.handshake(), tls.version(), chain, tls.names());
    }

    Tls with(int version, Set<String> names) {
        return new Tls(tls.startTls(), tls.handshake(), version, tls.chain(), names);
    }
}
