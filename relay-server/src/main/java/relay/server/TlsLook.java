package relay.server;

import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import relay.config.Configuration;
import relay.core.address.Domain;
import relay.core.delivery.ConnectionPlanner;
import relay.core.delivery.StsPolicies;
import relay.core.delivery.TokenSource;
import relay.core.delivery.TranscriptSink;
import relay.core.queue.ContentSource;
import relay.core.queue.QueueId;
import relay.core.routing.PolicyTable;
import relay.core.routing.SendConnector;
import relay.server.cli.Actions.Verified;
import relay.server.dns.Dns;
import relay.server.outbound.SmtpDialer;
import relay.server.probe.Prober;
import relay.server.probe.SecuredHosts;
import relay.server.sts.StsLook;
import relay.server.transport.EventLoops;

/// One look at a partner's TLS by what a configuration says, without a running relay.
final class TlsLook {
    private TlsLook() {}

    static Verified at(Domain domain, Configuration configuration) {
        InstantSource clock = InstantSource.system();
        try (EventLoops loops = EventLoops.open("look", 1);
                Dns dns = Outfit.dns(configuration, clock);
                var sts = new StsLook(dns.resolver(), Outfit.roots(configuration).certificates());
                SmtpDialer dialer = dialer(loops, configuration, clock);
                var prober = new Prober(planner(configuration, dns, sts), dialer);
                var secured = SecuredHosts.of(configuration.dataFolder(), clock)) {
            PolicyTable policy = configuration.policyTable(Instant.now());
            var check = prober.check(domain, policy);
            var asked = asked(policy.connector(check.lane().connector()), dns);
            return new Verified.Looked(TlsFindings.of(check, asked, secured));
        } catch (IOException e) {
            return new Verified.Failed(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Verified.Failed("interrupted");
        }
    }

    private static ConnectionPlanner planner(
            Configuration configuration, Dns dns, StsPolicies sts) {
        return Outfit.planner(configuration, dns, sts, TokenSource.UNTOLD);
    }

    private static TlsFindings.AskedDns asked(Optional<SendConnector> connector, Dns dns) {
        boolean validates = connector.map(dns::validates).orElseGet(dns::validates);
        return new TlsFindings.AskedDns(
                connector.map(SendConnector::connections).stream()
                        .flatMap(own -> own.caller().dnsServerNames().stream())
                        .toList(),
                validates ? TlsFindings.Dnssec.VALIDATES : TlsFindings.Dnssec.DOES_NOT);
    }

    private static SmtpDialer dialer(
            EventLoops loops, Configuration configuration, InstantSource clock) throws IOException {
        return new SmtpDialer(
                loops,
                configuration.hostname().name(),
                Outfit.roots(configuration),
                new NoContents(),
                _ -> {},
                Prober.TIMEOUTS,
                TranscriptSink.NONE,
                clock);
    }

    /// Nothing is sent.
    private static final class NoContents implements ContentSource {
        @Override
        public Reading open(QueueId id) {
            throw new ContentLost("there is no queue", new IOException());
        }

        @Override
        public byte[] inMemory(QueueId id) {
            return new byte[0];
        }
    }
}
