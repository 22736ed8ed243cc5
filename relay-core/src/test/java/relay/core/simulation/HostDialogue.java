package relay.core.simulation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import relay.core.simulation.Fault.Kind;
import relay.core.simulation.Fault.Point;
import relay.core.simulation.HostBook.Taken;

/// What a host says to AUTH and in mail transactions, and what it writes down of them.
final class HostDialogue {
    private final HostConnection connection;
    private final Partners partners;
    private final SimHost host;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private Hearing hearing = Hearing.COMMANDS;
    private Visit visit = new Visit("", "");

    /// Of which the end is on its way to the relay.
    private final List<Visit> ending = new ArrayList<>();

    private String lastParameters = "";
    private boolean open;
    private boolean begun;
    private boolean known;
    private boolean doomed;
    private List<String> atStake = List.of();

    private enum Hearing {
        COMMANDS,
        CONTENT,
        USER,
        PASSWORD
    }

    /// One transaction: who is with this host now.
    static final class Visit {
        final String sender;
        final String parameters;
        final Set<String> present = new LinkedHashSet<>();
        final List<String> accepted = new ArrayList<>();
        private long overAt = HostBook.NEVER;

        Visit(String sender, String parameters) {
            this.sender = sender;
            this.parameters = parameters;
        }

        /// When it was over: the relay writes its outcomes down then, and at worst repeats what it
        /// had not written.
        long overAt() {
            return overAt;
        }

        /// The relay knows how it ended, or the connection is gone.
        private void over(long at) {
            overAt = Math.min(overAt, at);
        }
    }

    HostDialogue(HostConnection connection, Partners partners) {
        this.connection = connection;
        this.partners = partners;
        this.host = connection.host;
    }

    /// Whether the relay has ever spoken of mail.
    boolean hasBegun() {
        return begun;
    }

    boolean takesContent() {
        return hearing == Hearing.CONTENT;
    }

    /// The connection is over, and all that went on.
    void end() {
        ending.forEach(this::isOver);
        forget();
    }

    private void isOver(Visit which) {
        which.over(partners.sim.nowMillis());
    }

    /// The transaction is over, whatever it was.
    void forget() {
        visit.present.clear();
        isOver(visit);
        visit = new Visit("", "");
        open = false;
        doomed = false;
        hearing = Hearing.COMMANDS;
        content.reset();
        atStake = List.of();
    }

    /// After a handshake nothing said before counts.
    void startAnew() {
        forget();
        known = false;
    }

    /// What it was just asked for is refused for good.
    void refuse() {
        partners.book.everRefused.addAll(atStake);
        atStake.forEach(visit.present::remove);
    }

    void command(String text) {
        atStake = List.of();
        if (hearing == Hearing.USER || hearing == Hearing.PASSWORD) authLine(text);
        else if (text.startsWith("AUTH")) auth(text);
        else if (text.startsWith("MAIL FROM:<")) mail(text);
        else if (text.startsWith("RCPT TO:<")) recipient(text);
        else if (text.equals("DATA")) data();
        else if (text.equals("RSET")) {
            forget();
            connection.reply(Point.RSET, () -> {}, "250 ok", () -> {});
        } else connection.say("500 what is that");
    }

    private void auth(String text) {
        partners.heardPassword(connection);
        if (text.startsWith("AUTH PLAIN ")) {
            String secret = decoded(text.substring("AUTH PLAIN ".length()));
            judge(secret.equals("\0" + Policy.USER + "\0" + host.password));
        } else {
            hearing = Hearing.USER;
            connection.say("334 VXNlcm5hbWU6");
        }
    }

    private void authLine(String text) {
        if (hearing == Hearing.USER) {
            hearing = Hearing.PASSWORD;
            connection.say("334 UGFzc3dvcmQ6");
        } else {
            hearing = Hearing.COMMANDS;
            judge(decoded(text).equals(host.password));
        }
    }

    private void judge(boolean right) {
        if (!right) connection.say("535 5.7.8 who are you");
        else connection.reply(Point.AUTH, () -> known = true, "235 welcome", () -> {});
    }

    private static String decoded(String text) {
        return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    }

    private void mail(String text) {
        int end = text.indexOf('>');
        String sender = utf8(text.substring("MAIL FROM:<".length(), end));
        begun = true;
        var next = new Visit(sender, text.substring(end + 1));
        lastParameters = next.parameters;
        partners.heardSender(connection, sender);
        checkParameters(next);
        connection.heardMail();
        if (!host.password.isEmpty() && !known) {
            connection.say("530 5.7.0 who are you");
            return;
        }
        if (open) throw new Violation(connection + " heard MAIL within a transaction");
        atStake = List.of(HostBook.sender(sender, host.name));
        connection.reply(
                Point.MAIL,
                () -> {
                    visit = next;
                    open = true;
                },
                "250 2.1.0 ok",
                () -> {});
    }

    /// The relay makes use of nothing that this host did not offer.
    private void checkParameters(Visit next) {
        for (String word : next.parameters.strip().split(" ", -1)) {
            String extension =
                    switch (word.split("=", -1)[0]) {
                        case "BODY" -> "8BITMIME";
                        case "SIZE" -> "SIZE";
                        case "SMTPUTF8" -> "SMTPUTF8";
                        default -> word;
                    };
            if (word.equals("AUTH=<>") && known) continue;
            if (!extension.isEmpty() && !host.offers(extension)) {
                throw new Violation(connection + " does not know " + word);
            }
        }
    }

    private void recipient(String text) {
        String recipient = utf8(text.substring("RCPT TO:<".length(), text.indexOf('>')));
        partners.heardRecipient(connection, recipient);
        connection.heardRecipient(recipient);
        partners.heardOfRequired(connection, recipient, lastParameters);
        if (!open) {
            connection.say("503 5.5.1 MAIL first");
            return;
        }
        partners.enters(connection, visit, recipient);
        atStake = List.of(recipient);
        Visit current = visit;
        connection.reply(
                Point.RCPT,
                () -> current.accepted.add(recipient),
                "250 2.1.5 ok",
                () -> refused(recipient, current));
        if (!current.accepted.contains(recipient)) current.present.remove(recipient);
    }

    /// The relay hears of a refusal for good.
    private void refused(String recipient, Visit in) {
        partners.book.refusedFor(recipient, in, partners.sim.nowMillis());
    }

    private void data() {
        if (!open || visit.accepted.isEmpty()) {
            connection.say("554 5.5.1 no valid recipients");
            forget();
            return;
        }
        atStake = List.copyOf(visit.accepted);
        List<String> stake = atStake;
        Visit current = visit;
        connection.reply(
                Point.DATA,
                () -> hearing = Hearing.CONTENT,
                "354 go ahead",
                () -> stake.forEach(r -> refused(r, current)));
        if (hearing != Hearing.CONTENT) visit.present.clear();
    }

    /// One line of content, line end included.
    void content(String line) {
        if (line.equals(".\r\n")) {
            endOfContent();
            return;
        }
        String bare = line.startsWith(".") ? line.substring(1) : line;
        content.writeBytes(bare.getBytes(StandardCharsets.ISO_8859_1));
        connection.faultAt(Point.BODY).ifPresent(this::spoilContent);
    }

    /// A host that refuses in the middle still reads to the end, for nothing.
    private void spoilContent(Kind kind) {
        partners.trace.say(() -> connection + " fault " + kind + " within the content");
        switch (kind) {
            case TEMPORARY, PERMANENT, GARBAGE, CLOSING -> {
                // A content has one reply.
                if (doomed) return;
                atStake = List.copyOf(visit.accepted);
                visit.present.clear();
                doomed = true;
                connection.spoil(kind);
            }
            case STALL_BEFORE, STALL_AFTER -> connection.spoil(Kind.STALL_BEFORE);
            case CUT_BEFORE, CUT_AFTER, CUT_BEHIND_REPLY, SLOW -> connection.spoil(Kind.CUT_BEFORE);
        }
    }

    private void endOfContent() {
        atStake = List.copyOf(visit.accepted);
        var whole = new Taken(host.name, visit, content.toByteArray(), partners.sim.nowMillis());
        checkContent(whole);
        hearing = Hearing.COMMANDS;
        content.reset();
        open = false;
        Visit over = visit;
        ending.add(over);
        visit = new Visit("", "");
        if (doomed) {
            doomed = false;
            return;
        }
        Optional<Kind> fault = connection.faultAt(Point.DOT);
        partners.trace.say(() -> connection + " final dot " + fault);
        if (fault.isEmpty()) {
            take(whole);
            confirm(whole, over, 0);
        } else {
            spoilEnd(fault.get(), whole, over);
        }
    }

    private void take(Taken whole) {
        partners.book.taken.add(whole);
    }

    /// They have left this host when the relay knows.
    private void confirm(Taken whole, Visit over, long delayMillis) {
        connection.say(
                "250 2.0.0 taken",
                delayMillis,
                () -> {
                    whole.confirmedAt = partners.sim.nowMillis();
                    over.present.clear();
                    isOver(over);
                });
    }

    private void spoilEnd(Kind kind, Taken whole, Visit over) {
        switch (kind) {
            case CUT_AFTER, STALL_AFTER -> {
                take(whole);
                connection.spoil(kind);
            }
            case CUT_BEHIND_REPLY, SLOW -> {
                take(whole);
                long delay = kind == Kind.SLOW ? partners.sim.luck.between(100, 700_000) : 0;
                confirm(whole, over, delay);
                if (kind == Kind.CUT_BEHIND_REPLY) connection.hangUp();
            }
            case CUT_BEFORE, STALL_BEFORE, CLOSING -> connection.spoil(kind);
            case TEMPORARY, GARBAGE -> {
                over.present.clear();
                isOver(over);
                connection.spoil(kind);
            }
            case PERMANENT -> {
                over.present.clear();
                partners.book.everRefused.addAll(over.accepted);
                connection.say(
                        "554 5.7.1 never",
                        0,
                        () -> {
                            isOver(over);
                            over.accepted.forEach(r -> refused(r, over));
                        });
            }
        }
    }

    private void checkContent(Taken whole) {
        boolean eightBit = false;
        for (byte octet : whole.content) eightBit |= octet < 0;
        boolean announced =
                visit.parameters.contains("BODY=8BITMIME") || visit.parameters.contains("SMTPUTF8");
        if (eightBit && !announced) {
            throw new Violation(connection + " heard 8-bit content that was not announced");
        }
        if (host.offers("SIZE") && host.maxBytes > 0 && whole.content.length > host.maxBytes) {
            throw new Violation(connection + " takes " + host.maxBytes + " and heard more");
        }
    }

    private static String utf8(String octets) {
        return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
