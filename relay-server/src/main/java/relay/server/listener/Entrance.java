package relay.server.listener;

import java.net.InetAddress;
import java.util.Optional;
import relay.core.event.RelayEvent;
import relay.core.intake.IntakeReplies;
import relay.core.intake.IntakeRules;
import relay.core.intake.IntakeRules.HandingOn;
import relay.core.intake.IntakeRules.StartTls;
import relay.core.routing.ReceiveConnector;
import relay.core.routing.ReceiveConnector.Binding;
import relay.core.smtp.Reply;
import relay.core.smtp.XClient;
import relay.server.listener.Doorkeeper.House;

/// Decides who comes in at one binding, by the connectors in force, and says so in an event where
/// someone does not. Any thread.
record Entrance(Binding binding, House house) {

    /// What a client is told.
    sealed interface Answer {
        record ComeIn(Client client) implements Answer {}

        record StayOut(Reply reply) implements Answer {}
    }

    /// Whether `address` begins with a header of the PROXY protocol.
    boolean expectsHeaderFrom(InetAddress address) {
        return house.table().get().isProxy(binding, address);
    }

    /// A client has connected.
    Answer admit(InetAddress address) {
        Optional<ReceiveConnector> connector = house.table().get().choose(binding, address);
        if (connector.isEmpty()) return stranger(address);
        Optional<ConnectionCounts.TooMany> tooMany = house.counts().open(connector.get(), address);
        if (tooMany.isPresent()) return tooMany(connector.get(), address, tooMany.get());
        HandingOn handingOn =
                connector.get().trustsXClientOf(address) ? HandingOn.ALLOWED : HandingOn.REFUSED;
        return comeIn(connector.get(), address, StartTls.OFFERED, handingOn, XClient.NONE);
    }

    /// `host`, which is in, and may, says that it speaks for `named`. What came before TLS would not
    /// count after it (RFC 3207 §4.2), so that it is offered no more. Where `named` stays out, `host`
    /// is in still.
    Answer admit(Client host, XClient named) {
        Optional<InetAddress> address = named.address(host.address());
        if (address.isEmpty()) return stranger(host.address());
        Optional<ReceiveConnector> connector = house.table().get().choose(binding, address.get());
        if (connector.isEmpty()) return stranger(address.get());
        Optional<ConnectionCounts.TooMany> tooMany =
                house.counts()
                        .move(
                                host.rules().connector(),
                                host.address(),
                                connector.get(),
                                address.get());
        return tooMany.map(why -> tooMany(connector.get(), address.get(), why))
                .orElseGet(() ->
                        comeIn(
                                connector.get(),
                                address.get(),
                                StartTls.UNAVAILABLE,
                                HandingOn.ALLOWED,
                                named));
    }

    private Answer comeIn(
            ReceiveConnector connector,
            InetAddress address,
            StartTls startTls,
            HandingOn handingOn,
            XClient named) {
        var rules = new IntakeRules(house.hostname(), connector, startTls, handingOn, named);
        return new Answer.ComeIn(new Client(address, rules, this));
    }

    private Answer stranger(InetAddress address) {
        return stayOut(address, IntakeReplies.ACCESS_DENIED);
    }

    private Answer tooMany(
            ReceiveConnector connector, InetAddress address, ConnectionCounts.TooMany why) {
        Answer answer = stayOut(address, why.reply());
        house.ports()
                .events()
                .on(
                        new RelayEvent.LimitReached(
                                connector.name(), address, why.limit(), why.reply()));
        return answer;
    }

    private Answer stayOut(InetAddress address, Reply reply) {
        house.ports().events().on(new RelayEvent.Rejected(address, reply));
        return new Answer.StayOut(reply);
    }
}
