package relay.server.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import relay.core.delivery.Resolver.Security;

/// The resolvers that are asked, in order. Each is asked with EDNS and, when all have failed, once
/// more without: some middleboxes drop what they do not know (RFC 6891 §6.2.2).
///
/// Message ids and source ports are random, and the question must come back as it was sent (RFC
/// 5452 §9): dnsjava sees to that, and to TCP where an answer is truncated. Thread-safe; blocks the
/// calling thread, which may be virtual.
record DnsServers(List<Resolver> attempts, Duration perTry, Trust trust) implements DnsSource {
    private static final int NO_EDNS = -1;

    /// Whether their word that an answer is secure is believed.
    enum Trust {
        FULL,
        NONE
    }

    DnsServers {
        attempts = List.copyOf(attempts);
    }

    static DnsServers at(List<InetSocketAddress> addresses, Duration perTry) {
        Stream<Resolver> withEdns = addresses.stream().map(at -> resolver(at, perTry));
        Stream<Resolver> without =
                addresses.stream()
                        .map(at -> resolver(at, perTry))
                        .peek(resolver -> resolver.setEDNS(NO_EDNS));
        return new DnsServers(Stream.concat(withEdns, without).toList(), perTry, Trust.NONE);
    }

    /// Asked for signatures as well; with full trust, also whether an answer is secure.
    static DnsServers withDnssec(List<InetSocketAddress> addresses, Duration perTry, Trust trust) {
        return new DnsServers(
                addresses.stream()
                        .map(at -> resolver(at, perTry))
                        .peek(resolver -> resolver.setEDNS(0, 0, ExtendedFlags.DO))
                        .map(Resolver.class::cast)
                        .toList(),
                perTry,
                trust);
    }

    private static Resolver resolver(InetSocketAddress address, Duration perTry) {
        var resolver = new SimpleResolver(address);
        resolver.setTimeout(perTry);
        return resolver;
    }

    @Override
    public boolean validates() {
        return trust == Trust.FULL;
    }

    @Override
    public Exchange ask(Name name, int type, Deadline deadline) {
        return exchange(Message.newQuery(Record.newRecord(name, type, DClass.IN)), deadline);
    }

    Exchange exchange(Message query, Deadline deadline) {
        String trouble = "no DNS server is configured";
        for (Resolver server : attempts) {
            Duration wait = DnsAnswer.least(perTry, deadline.left());
            if (!wait.isPositive()) break;
            switch (askOne(server, query, wait)) {
                case Exchange.Answered answered -> {
                    return answered;
                }
                case Exchange.Unanswered(var detail) -> trouble = detail;
            }
            if (Thread.currentThread().isInterrupted()) break;
        }
        return new Exchange.Unanswered(trouble);
    }

    private Exchange askOne(Resolver server, Message question, Duration wait) {
        // An id of its own for each, as an answer to the one before may still come.
        Message query = question.clone();
        query.getHeader().setID(new Header().getID());
        try {
            Message response =
                    server.sendAsync(query, Thread::startVirtualThread)
                            .toCompletableFuture()
                            .get(wait.toMillis(), TimeUnit.MILLISECONDS);
            Optional<String> fault = Judgement.fault(response);
            return fault.<Exchange>map(Exchange.Unanswered::new)
                    .orElseGet(() -> new Exchange.Answered(response, security(response)));
        } catch (TimeoutException _) {
            return new Exchange.Unanswered("no answer in time");
        } catch (ExecutionException failure) {
            return new Exchange.Unanswered(describe(failure));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Exchange.Unanswered("interrupted");
        }
    }

    private Security security(Message response) {
        boolean secure = trust == Trust.FULL && response.getHeader().getFlag(Flags.AD);
        return secure ? Security.SECURE : Security.INSECURE;
    }

    static String describe(ExecutionException failure) {
        return failure.getCause() instanceof IOException cause
                ? String.valueOf(cause.getMessage())
                : String.valueOf(failure.getMessage());
    }
}
