package relay.server.dns;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Name;
import org.xbill.DNS.Type;
import relay.core.delivery.Resolver.Security;

/// Validates as soon as a test has shown that the servers pass signatures on, and from then on for
/// good: an attacker who strips signatures later gets no answer believed. Until then nothing is
/// secure, so that a poor resolver costs DANE and not all mail. `turned` runs when that changes.
/// `servers` is what the log calls them.
///
/// Thread-safe.
final class DnssecSource implements DnsSource {
    private static final long RETEST_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final Logger LOG = LoggerFactory.getLogger(DnssecSource.class);

    private final String servers;
    private final DnsSource validating;
    private final DnsSource plain;
    private final Duration perTest;
    private final Runnable turned;
    private volatile Mode mode = Mode.PLAIN;
    private volatile Verdict verdict = Verdict.UNKNOWN;
    private volatile long testedNanos;

    private enum Mode {
        PLAIN,
        VALIDATING
    }

    /// What the last test of the servers showed.
    enum Verdict {
        UNKNOWN,
        /// The root's own signature was passed on and is good.
        VALIDATES,
        /// They answer, but not with signatures that hold.
        CANNOT,
        NO_ANSWER
    }

    DnssecSource(
            String servers,
            DnsSource validating,
            DnsSource plain,
            Duration perTest,
            Runnable turned) {
        this.servers = servers;
        this.validating = validating;
        this.plain = plain;
        this.perTest = perTest;
        this.turned = turned;
    }

    @Override
    public Exchange ask(Name name, int type, Deadline deadline) {
        if (mustTest()) testUnlessDone();
        return switch (mode) {
            case PLAIN -> plain.ask(name, type, deadline);
            case VALIDATING -> validating.ask(name, type, deadline);
        };
    }

    /// Nothing is believed to be unsigned before the first verdict; where there was no answer, a
    /// look-up now and then asks again.
    private boolean mustTest() {
        return switch (verdict) {
            case UNKNOWN -> true;
            case NO_ANSWER -> System.nanoTime() - testedNanos > RETEST_NANOS;
            case VALIDATES, CANNOT -> false;
        };
    }

    private synchronized void testUnlessDone() {
        if (mustTest()) test();
    }

    @Override
    public boolean validates() {
        return verdict == Verdict.VALIDATES;
    }

    /// One thread at a time.
    @Override
    public synchronized void test() {
        Verdict found = found();
        testedNanos = System.nanoTime();
        if (found != verdict) tell(found);
        if (found == Verdict.VALIDATES && mode == Mode.PLAIN) {
            mode = Mode.VALIDATING;
            turned.run();
        }
        verdict = found;
    }

    private Verdict found() {
        String trouble =
                switch (validating.ask(Name.root, Type.SOA, Deadline.in(perTest))) {
                    case Exchange.Answered(_, var security) -> {
                        if (security == Security.SECURE) yield "";
                        yield "the root counts as unsigned";
                    }
                    case Exchange.Unanswered(var detail) -> detail;
                };
        if (trouble.isEmpty()) return Verdict.VALIDATES;
        LOG.debug("DNSSEC test: {}", trouble);
        return switch (plain.ask(Name.root, Type.SOA, Deadline.in(perTest))) {
            case Exchange.Answered _ -> Verdict.CANNOT;
            case Exchange.Unanswered _ -> Verdict.NO_ANSWER;
        };
    }

    private void tell(Verdict found) {
        if (mode == Mode.VALIDATING && found != Verdict.VALIDATES) {
            LOG.warn(
                    "DNSSEC: {} no longer pass signatures on; mail for domains that are signed"
                            + " waits until they do",
                    servers);
            return;
        }
        switch (found) {
            case VALIDATES -> LOG.info("DNSSEC: {} pass signatures on; DANE is in force", servers);
            case CANNOT ->
                    LOG.warn(
                            "DNSSEC: {} do not pass signatures on, so what partners publish with"
                                    + " DANE is not seen (name better ones, or set dns.dnssec:"
                                    + " off)",
                            servers);
            case NO_ANSWER -> LOG.warn("DNSSEC: {} do not answer", servers);
            case UNKNOWN -> {}
        }
    }
}
