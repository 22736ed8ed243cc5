package relay.server.dns;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.TSIG;
import relay.server.dns.DnsSource.Deadline;
import relay.server.dns.DnsSource.Exchange;

/// Lets the validator of dnsjava ask our servers. How they are asked is theirs to say, so its
/// settings are ignored.
record ServersAsResolver(DnsServers servers, Duration perQuery) implements Resolver {

    @Override
    public CompletionStage<Message> sendAsync(Message query, Executor executor) {
        return CompletableFuture.supplyAsync(() -> exchange(query), executor)
                .thenCompose(exchange ->
                        switch (exchange) {
                            case Exchange.Answered(var response, _) ->
                                    CompletableFuture.completedFuture(response);
                            case Exchange.Unanswered(var detail) ->
                                    CompletableFuture.failedFuture(new IOException(detail));
                        });
    }

    private Exchange exchange(Message query) {
        return servers.exchange(query, Deadline.in(perQuery));
    }

    @Override
    public void setPort(int port) {}

    @Override
    public void setTCP(boolean always) {}

    @Override
    public void setIgnoreTruncation(boolean ignore) {}

    @Override
    public void setEDNS(int version, int payloadSize, int flags, List<EDNSOption> options) {}

    @Override
    public void setTSIGKey(TSIG key) {}

    @Override
    public void setTimeout(Duration timeout) {}
}
