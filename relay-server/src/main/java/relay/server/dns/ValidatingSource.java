package relay.server.dns;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.dnssec.ValidatingResolver;
import relay.core.delivery.Resolver.Security;

/// Validates every response itself, from the trust anchor on: what is signed wrongly is no answer.
/// The servers have to pass signatures on; they need not validate, and need not be trusted.
final class ValidatingSource implements DnsSource {
    private final ValidatingResolver validator;

    /// `anchors` are DS or DNSKEY records in zone-file form. Throws [IOException] where they are
    /// not.
    ValidatingSource(ServersAsResolver servers, byte[] anchors, InstantSource clock)
            throws IOException {
        validator = new ValidatingResolver(servers, clock.withZone(ZoneOffset.UTC));
        validator.loadTrustAnchors(new ByteArrayInputStream(anchors));
        if (validator.getTrustAnchors().items().isEmpty()) {
            throw new IOException("there is no DS or DNSKEY record in it");
        }
    }

    /// The keys of the root: KSK-2017 and KSK-2024, as IANA publishes them.
    static byte[] builtInAnchors() {
        try (InputStream in = ValidatingSource.class.getResourceAsStream("root.ds")) {
            if (in == null) throw new IllegalStateException("root.ds is missing");
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean validates() {
        return true;
    }

    @Override
    public Exchange ask(Name name, int type, Deadline deadline) {
        Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
        try {
            Message response =
                    validator
                            .sendAsync(query, Thread::startVirtualThread)
                            .toCompletableFuture()
                            .get(Math.max(0, deadline.left().toMillis()), TimeUnit.MILLISECONDS);
            return exchange(response);
        } catch (TimeoutException _) {
            return new Exchange.Unanswered("no answer in time");
        } catch (ExecutionException failure) {
            return new Exchange.Unanswered(DnsServers.describe(failure));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Exchange.Unanswered("interrupted");
        }
    }

    private static Exchange exchange(Message response) {
        Optional<String> fault = Judgement.fault(response);
        if (fault.isPresent()) {
            String reason = reason(response);
            return new Exchange.Unanswered(reason.isEmpty() ? fault.get() : "DNSSEC: " + reason);
        }
        boolean secure = response.getHeader().getFlag(Flags.AD);
        return new Exchange.Answered(response, secure ? Security.SECURE : Security.INSECURE);
    }

    /// The validator says in a record of its own what is wrong.
    private static String reason(Message response) {
        return response.getSection(Section.ADDITIONAL).stream()
                .filter(TXTRecord.class::isInstance)
                .filter(said -> said.getDClass() == ValidatingResolver.VALIDATION_REASON_QCLASS)
                .flatMap(said -> ((TXTRecord) said).getStrings().stream())
                .collect(Collectors.joining());
    }
}
