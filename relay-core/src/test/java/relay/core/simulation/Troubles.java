package relay.core.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import relay.core.simulation.ClientBook.Submission;
import relay.core.simulation.SimHost.Line;
import relay.core.simulation.SimHost.Patience;

/// What happens to a world for some hours: mail comes in, things break and are mended, and the
/// operator has ideas. Then everything is well, as far as it ever was.
final class Troubles {
    private static final long HOUR_MILLIS = 3_600_000;

    private final World world;
    private final Luck luck;
    private final Reloads reloads;
    private final long calmAtMillis;
    private final int faultsOneIn;
    private int messages;
    private int reloadsMade;

    Troubles(World world, Luck luck) {
        this.world = world;
        this.luck = luck;
        this.reloads = new Reloads(luck, world.draw, world.domains);
        this.calmAtMillis = luck.between(HOUR_MILLIS / 6, 5 * HOUR_MILLIS);
        this.faultsOneIn = luck.of(0, 2, 3, 8);
        world.partners.hosts.values().forEach(host -> host.faultsOneIn = faultsOneIn);
        world.dns.failsOneIn = luck.of(0, 0, 4, 20);
        world.health.readFailsOneIn = luck.of(0, 0, 0, 10);
    }

    long calmAtMillis() {
        return calmAtMillis;
    }

    void schedule() {
        for (int i = luck.between(1, 7); i > 0; i--) sometime(this::client);
        for (int i = luck.upTo(10); i > 0; i--) sometime(this::hostChanges);
        for (int i = luck.upTo(3); i > 0; i--) sometime(this::dnsChanges);
        for (int i = luck.of(0, 0, 1, 3); i > 0; i--) sometime(world::crash);
        for (int i = luck.of(0, 0, 0, 1); i > 0; i--) sometime(world::stop);
        for (int i = luck.of(0, 0, 1, 2); i > 0; i--) sometime(this::diskTrouble);
        for (int i = luck.of(0, 0, 0, 2); i > 0; i--) sometime(this::clockJumps);
        for (int i = luck.of(0, 1, 2, 4); i > 0; i--) sometime(this::reload);
        for (int i = luck.of(0, 0, 2); i > 0; i--) sometime(world.operator::retry);
        for (int i = luck.of(0, 0, 1); i > 0; i--) sometime(world.operator::release);
        for (int i = luck.of(0, 0, 1, 3); i > 0; i--) sometime(world.operator::order);
        for (int i = luck.of(0, 0, 0, 1); i > 0; i--) sometime(this::rush);
        for (int i = luck.of(0, 1, 1, 3); i > 0; i--) sometime(this::tighten);
        new Outages(world, luck, calmAtMillis).schedule();
        world.sim.after(calmAtMillis, this::calm);
    }

    /// Bursts are where things meet.
    private void sometime(Runnable happening) {
        long latest = luck.of(8_000L, 120_000L, calmAtMillis - 1);
        long at = luck.between(0, latest);
        world.sim.after(at, happening);
    }

    private void client() {
        var mail = new ArrayList<Submission>();
        for (int i = luck.of(1, 1, 2, 10); i > 0; i--) mail.add(submission());
        var manners = luck.oneIn(2) ? SimClient.Manners.GOOD : luck.of(SimClient.Manners.values());
        world.connect(manners, mail);
        boolean amidst = mail.size() > 5 && luck.oneIn(2);
        if (amidst) world.sim.after(luck.between(500, 2_500), this::reload);
    }

    /// Many messages for one domain, and amidst them a change of what is demanded on their way.
    private void rush() {
        var mail = new ArrayList<Submission>();
        for (int i = luck.between(6, 12); i > 0; i--) mail.add(submission(List.of(favourite())));
        world.connect(SimClient.Manners.GOOD, mail);
        world.sim.after(luck.between(500, 3_000), this::tighten);
    }

    private String favourite() {
        return world.favourite;
    }

    private Submission submission() {
        var domains = new ArrayList<String>();
        for (int i = luck.of(1, 1, 2, 5); i > 0; i--) {
            domains.add(luck.oneIn(2) ? favourite() : luck.of(world.domains));
        }
        return submission(domains);
    }

    private Submission submission(List<String> domains) {
        int number = ++messages;
        // Chosen without luck, so that seeds of the past stay what they were.
        String home = number % 4 == 1 ? Draw.BRANCH : Draw.HOME;
        String sender = luck.oneIn(8) ? "" : "s" + number + "@" + home;
        var recipients = new ArrayList<String>();
        for (String domain : domains) {
            String name = luck.oneIn(25) ? "ü" : "r";
            recipients.add(name + number + "." + recipients.size() + "@" + domain);
        }
        var submission = new Submission(number, sender, recipients, content(number));
        world.clients.add(submission);
        return submission;
    }

    private byte[] content(int number) {
        String tls = number % 5 == 2 ? Submission.TLS_NOT_REQUIRED : "";
        var text = new StringBuilder(tls + "Subject: message " + number + "\r\n\r\n");
        int lines = luck.oneIn(10) ? luck.between(50, 120) : luck.upTo(8);
        for (int i = 0; i < lines; i++) {
            if (luck.oneIn(4)) text.append(luck.of(".", "..", ".hidden", "."));
            text.append("x".repeat(luck.upTo(70)));
            if (luck.oneIn(60)) text.append('\u00e9');
            // To whom a bare LF ends a line, the dot ends the message.
            text.append(luck.oneIn(300) ? "\n." : "").append("\r\n");
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private void hostChanges() {
        SimHost host = luck.of(List.copyOf(world.partners.hosts.values()));
        boolean home = host.patience == Patience.NEVER_REFUSES;
        switch (luck.upTo(4)) {
            case 0 -> host.line = luck.of(Line.values());
            case 1 -> host.line = Line.UP;
            case 2 -> host.tls = world.draw.goodTls(host);
            default -> host.tls = home ? host.tls : world.draw.badTls(host);
        }
        world.trace.say(() -> "host " + host.name + " " + host.line + " " + host.tls);
    }

    private void dnsChanges() {
        String domain = luck.of(world.domains);
        if (luck.oneIn(4)) {
            world.dns.put(domain, Draw.zone(SimDns.Kind.NO_DOMAIN, List.of()));
            return;
        }
        var records = new ArrayList<relay.core.delivery.Resolver.MxHost>();
        List<String> names = List.copyOf(world.partners.hosts.keySet());
        for (int i = luck.between(1, 2); i > 0; i--) {
            String name = luck.of(names);
            if (name.startsWith("mx") && !name.endsWith(Draw.HOME)) {
                records.add(new relay.core.delivery.Resolver.MxHost(10 * i, name));
            }
        }
        if (!records.isEmpty()) world.dns.put(domain, Draw.zone(SimDns.Kind.MX, records));
    }

    private void diskTrouble() {
        world.health.mood = luck.of(DiskHealth.Mood.SLOW, DiskHealth.Mood.FAILING);
        world.trace.say(() -> "the disk is " + world.health.mood);
        world.sim.after(
                luck.between(1_000, 600_000), () -> world.health.mood = DiskHealth.Mood.GOOD);
        // What was asked of the disk then has its answer by another clock.
        if (luck.oneIn(6)) world.sim.after(luck.between(0, 60_000), this::clockJumps);
    }

    private void clockJumps() {
        long most = luck.of(2_000L, 120_000L, 4 * HOUR_MILLIS);
        long by = luck.between(-most, most);
        world.setClock(by);
        // Somebody sees it, and sets it right.
        if (luck.oneIn(2)) world.sim.after(luck.between(50, 30_000), () -> world.setClock(-by));
    }

    private void reload() {
        world.reload(reloads.change(world.policy(), ++reloadsMade));
    }

    /// A change for those who are at work now; half of the time the operator takes it back.
    private void tighten() {
        Policy before = world.policy();
        String connector = world.partners.dialedFor();
        world.reload(reloads.tighten(before, connector, favourite()));
        if (luck.oneIn(2)) {
            long later = luck.of(1_000L, 60_000L, HOUR_MILLIS);
            world.sim.after(luck.between(200, later), () -> takeBack(before));
        }
    }

    private void takeBack(Policy before) {
        if (world.sim.nowMillis() < calmAtMillis) world.reload(before);
    }

    private void calm() {
        world.trace.say(() -> "all is well from now on");
        world.isCalm();
        world.partners.hosts.values().forEach(host -> host.faultsOneIn = 0);
        world.partners.hosts.values().stream()
                .filter(host -> host.patience == Patience.NEVER_REFUSES)
                .forEach(host -> {
                    host.line = Line.UP;
                    host.tls = world.draw.goodTls(host);
                });
        world.dns.failsOneIn = 0;
        world.health.readFailsOneIn = 0;
        world.sim.after(1_000_000, () -> world.health.mood = DiskHealth.Mood.GOOD);
        world.reload(Reloads.healthy(world.policy()));
        world.sim.after(60_000, this::resumeNowAndThen);
    }

    private void resumeNowAndThen() {
        world.operator.resumeAll();
        world.operator.release();
        world.sim.after(HOUR_MILLIS, this::resumeNowAndThen);
    }
}
