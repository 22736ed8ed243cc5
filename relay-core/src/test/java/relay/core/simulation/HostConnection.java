package relay.core.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import relay.core.simulation.Fault.Kind;
import relay.core.simulation.Fault.Point;
import relay.core.simulation.Rules.Facts;
import relay.core.simulation.SimHost.StartTls;
import relay.core.simulation.Wire.Layer;

/// One connection as its host has it: takes octets apart, secures, and gives commands to
/// [HostDialogue].
final class HostConnection implements Wire.End {
    private static final long NEVER_MILLIS = 3_600_000;

    final SimHost host;
    final SimHost.Tls tls;
    final int number;

    /// The policy in force when the relay dialed, by its place in the history.
    final int policyAtOpening;

    private final Partners partners;
    private final Wire wire;
    private final Wire.Port port;
    private final Policy.TlsStart start;
    private final FaultPlan faults;
    private final HostDialogue dialogue;
    private final Limited limited;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private Layer layer = Layer.CLEAR;
    private boolean securing;
    private boolean injected;
    private boolean deaf;
    private boolean extended;
    private int repliesUnderWay;

    HostConnection(Partners partners, SimHost host, Wire wire, Policy.TlsStart start, int inForce) {
        this.partners = partners;
        this.host = host;
        this.tls = host.tls;
        this.wire = wire;
        this.port = wire.server;
        this.start = start;
        this.number = partners.nextConnection();
        this.policyAtOpening = inForce;
        this.faults = new FaultPlan(host.faults(partners.sim.luck));
        this.dialogue = new HostDialogue(this, partners);
        this.limited = new Limited(partners.limit ? Limited.kind(host.name) : Limited.Kind.NONE);
        port.listen(this);
        if (start == Policy.TlsStart.AT_ONCE) securing = true;
        else greet();
    }

    /// Whether the relay still holds its end.
    boolean isHeldByRelay() {
        return wire.client.isOpen();
    }

    Facts facts() {
        boolean clear = layer == Layer.CLEAR;
        return new Facts(
                host.name,
                partners.caller(this),
                clear ? 0 : tls.version(),
                tls.chain(),
                tls.names());
    }

    /// The relay begins a transaction, or names a recipient, under the limits it was told.
    void heardMail() {
        if (extended) limited.mail();
    }

    void heardRecipient(String recipient) {
        if (extended) limited.recipient(Partners.domain(recipient));
    }

    /// Whether somebody has put words in clear into what should have been encrypted.
    boolean isInjected() {
        return injected;
    }

    void greet() {
        if (partners.isBusy(host)) {
            say("421 4.3.2 not now");
            port.close();
            return;
        }
        faults.at(Point.GREETING)
                .ifPresentOrElse(
                        kind -> spoil(kind, () -> {}, "220 " + host.name, () -> {}),
                        () -> say("220 " + host.name + " ESMTP"));
    }

    @Override
    public void arrived(byte[] bytes, Layer on) {
        if (deaf) return;
        if (on == Layer.HANDSHAKE) {
            handshake();
            return;
        }
        if (on != layer || securing) {
            // What comes in clear where TLS is due is noise to a host; the relay must not send it.
            throw new Violation(this + " heard " + on + " where it is at " + layer);
        }
        hear(bytes);
    }

    private void hear(byte[] bytes) {
        int lines = 0;
        for (byte octet : bytes) {
            line.write(octet);
            if (octet != '\n' || !endsLine()) continue;
            String text = line.toString(StandardCharsets.ISO_8859_1);
            line.reset();
            boolean content = dialogue.takesContent();
            if (!content) checkPace(++lines, text);
            if (content) dialogue.content(text);
            else command(text.substring(0, text.length() - 2));
            if (deaf || !port.isOpen()) return;
        }
    }

    /// A host that does not offer PIPELINING hears one command at a time.
    private void checkPace(int lines, String text) {
        boolean together = lines > 1 || repliesUnderWay > 0;
        boolean mayPipeline = extended && host.offers("PIPELINING");
        if (together && !mayPipeline) {
            throw new Violation(this + " does not pipeline and heard early: " + text.strip());
        }
    }

    private boolean endsLine() {
        byte[] all = line.toByteArray();
        return all.length > 1 && all[all.length - 2] == '\r';
    }

    private void command(String text) {
        partners.trace.say(() -> this + " < " + text);
        switch (text.split("[ :]", 2)[0]) {
            case "EHLO" -> ehlo();
            case "HELO" -> helo();
            case "STARTTLS" -> startTls();
            case "QUIT" -> {
                reply(Point.QUIT, () -> {}, "221 bye", () -> {});
                port.close();
            }
            default -> dialogue.command(text);
        }
    }

    private void ehlo() {
        dialogue.forget();
        var text = new StringBuilder("250-" + host.name + "\r\n");
        for (String extension : host.extensions.stream().sorted().toList()) {
            boolean size = extension.equals("SIZE") && host.maxBytes > 0;
            text.append("250-").append(extension).append(size ? " " + host.maxBytes : "");
            text.append("\r\n");
        }
        boolean offers = tls.startTls() != StartTls.NOT_OFFERED && layer == Layer.CLEAR;
        if (offers) text.append("250-STARTTLS\r\n");
        text.append(limited.line());
        if (!host.password.isEmpty()) text.append("250-AUTH LOGIN PLAIN\r\n");
        reply(Point.EHLO, () -> extended = true, text + "250 HELP", () -> {});
    }

    private void helo() {
        partners.book.everPlain.add(host.name);
        reply(Point.EHLO, () -> extended = false, "250 " + host.name, () -> {});
    }

    private void startTls() {
        switch (tls.startTls()) {
            case REFUSED, NOT_OFFERED -> say("454 4.7.0 no TLS now");
            case INJECTED -> {
                injected = true;
                securing = true;
                say("220 go ahead\r\n250-" + host.name + "\r\n250 PIPELINING");
            }
            case OFFERED -> reply(Point.STARTTLS, () -> securing = true, "220 go ahead", () -> {});
        }
    }

    private void handshake() {
        if (!securing) return;
        partners.trace.say(() -> this + " handshake: " + tls);
        switch (tls.handshake()) {
            case FAILS -> port.cut();
            case STALLS -> deaf = true;
            case WORKS -> {
                boolean atOnce = start == Policy.TlsStart.AT_ONCE;
                securing = false;
                extended = false;
                layer = Layer.TLS;
                line.reset();
                dialogue.startAnew();
                port.send(new byte[1], Layer.HANDSHAKE);
                if (atOnce) greet();
            }
        }
    }

    /// Does what was asked for and says so, unless a fault comes between; `refused` runs where the
    /// relay hears a refusal for good.
    void reply(Point point, Runnable act, String text, Runnable refused) {
        Optional<Kind> fault = faults.at(point);
        if (fault.isEmpty()) {
            act.run();
            say(text);
        } else {
            partners.trace.say(() -> this + " fault " + fault.get() + " at " + point);
            spoil(fault.get(), act, text, refused);
        }
    }

    private void spoil(Kind kind, Runnable act, String text, Runnable refused) {
        if (!dialogue.hasBegun() && kind.isNoReply()) {
            partners.outages.calledInVain(host.name, partners.sim.nowMillis());
        }
        switch (kind) {
            case CUT_BEFORE -> port.cut();
            case CUT_AFTER -> {
                act.run();
                port.cut();
            }
            case CUT_BEHIND_REPLY -> {
                act.run();
                say(text);
                port.close();
            }
            case STALL_BEFORE -> deaf = true;
            case STALL_AFTER -> {
                act.run();
                deaf = true;
            }
            case SLOW -> {
                act.run();
                say(text, partners.sim.luck.between(100, 700_000), () -> {});
            }
            case TEMPORARY -> say(partners.sim.luck.of("450 4.2.1 later", "451 later", "452 full"));
            case PERMANENT -> {
                dialogue.refuse();
                say(partners.sim.luck.of("550 5.1.1 no", "554 5.7.1 never"), 0, refused);
            }
            case CLOSING -> {
                say("421 4.3.2 closing");
                port.close();
            }
            case GARBAGE -> say(partners.sim.luck.of("hello there", "99 what", "250_ok", "600 no"));
        }
    }

    Optional<Kind> faultAt(Point point) {
        return faults.at(point);
    }

    void spoil(Kind kind) {
        spoil(kind, () -> {}, "250 ok", () -> {});
    }

    void say(String text) {
        say(text, 0, () -> {});
    }

    void say(String text, long delayMillis, Runnable heard) {
        if (deaf) return;
        partners.trace.say(() -> this + " > " + text.replace("\r\n", " / "));
        byte[] bytes = (text + "\r\n").getBytes(StandardCharsets.UTF_8);
        repliesUnderWay++;
        Runnable arrives =
                () -> {
                    repliesUnderWay--;
                    heard.run();
                };
        port.send(bytes, layer, Math.min(delayMillis, NEVER_MILLIS), arrives);
    }

    void hangUp() {
        port.close();
    }

    @Override
    public void closed(String why) {
        dialogue.end();
    }

    @Override
    public String toString() {
        return host.name + "#" + number;
    }

    /// The faults of one connection and how often it came to each point.
    private static final class FaultPlan {
        private final List<Fault> faults;
        private final Map<Point, Integer> seen = new EnumMap<>(Point.class);

        FaultPlan(List<Fault> faults) {
            this.faults = faults;
        }

        Optional<Kind> at(Point point) {
            int occurrence = seen.merge(point, 1, Integer::sum) - 1;
            return faults.stream()
                    .filter(fault -> fault.point() == point && fault.occurrence() == occurrence)
                    .map(Fault::kind)
                    .findFirst();
        }
    }
}
