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
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;

/// The resolvers that are asked, in order. Each is asked with EDNS and, when all have failed, once
/// more without: some middleboxes drop what they do not know (RFC 6891 §6.2.2).
///
/// Message ids and source ports are random, and the question must come back as it was sent (RFC
/// 5452 §9): dnsjava sees to that, and to TCP where an answer is truncated. Thread-safe; blocks the
/// calling thread, which may be virtual.
record DnsServers(List<Resolver> attempts, Duration perTry) {
    private static final int NO_EDNS = -1;

    sealed interface Exchange {
        /// A response without fault, in the sense of [Judgement#fault].
        record Answered(Message response) implements Exchange {}

        record Unanswered(String detail) implements Exchange {}
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
        return new DnsServers(Stream.concat(withEdns, without).toList(), perTry);
    }

    private static Resolver resolver(InetSocketAddress address, Duration perTry) {
        var resolver = new SimpleResolver(address);
        resolver.setTimeout(perTry);
        return resolver;
    }

    Exchange ask(Name name, int type, Deadline deadline) {
        String trouble = "no DNS server is configured";
        for (Resolver server : attempts) {
            Duration wait = DnsAnswer.least(perTry, deadline.left());
            if (!wait.isPositive()) break;
            switch (askOne(server, name, type, wait)) {
                case Exchange.Answered answered -> {
                    return answered;
                }
                case Exchange.Unanswered(var detail) -> trouble = detail;
            }
            if (Thread.currentThread().isInterrupted()) break;
        }
        return new Exchange.Unanswered(trouble);
    }

    private static Exchange askOne(Resolver server, Name name, int type, Duration wait) {
        Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
        try {
            Message response =
                    server.sendAsync(query, Thread::startVirtualThread)
                            .toCompletableFuture()
                            .get(wait.toMillis(), TimeUnit.MILLISECONDS);
            Optional<String> fault = Judgement.fault(response);
            return fault.<Exchange>map(Exchange.Unanswered::new)
                    .orElseGet(() -> new Exchange.Answered(response));
        } catch (TimeoutException _) {
            return new Exchange.Unanswered("no answer in time");
        } catch (ExecutionException failure) {
            return new Exchange.Unanswered(describe(failure));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Exchange.Unanswered("interrupted");
        }
    }

    private static String describe(ExecutionException failure) {
        return failure.getCause() instanceof IOException cause
                ? String.valueOf(cause.getMessage())
                : String.valueOf(failure.getMessage());
    }

    /// When a look-up must be over, by the clock that never jumps.
    record Deadline(long nanoTime) {
        static Deadline in(Duration duration) {
            return new Deadline(System.nanoTime() + duration.toNanos());
        }

        Duration left() {
            return Duration.ofNanos(nanoTime - System.nanoTime());
        }
    }
}
