package relay.core.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import relay.core.routing.ReceiveConnector.BareLineFeed;
import relay.core.simulation.ClientBook.End;
import relay.core.simulation.ClientBook.Submission;
import relay.core.simulation.HostBook.Taken;

/// Judges a seed when all is over: by the books of the clients against those of the hosts.
final class Verdicts {
    private final World world;
    private final HostBook book;
    private final Map<String, List<Taken>> byRecipient = new HashMap<>();
    private final List<Notice> notices = new ArrayList<>();

    /// A notice that reached its sender's host.
    private record Notice(String kind, String of, String id, long wallMillis, List<String> about) {}

    Verdicts(World world) {
        this.world = world;
        this.book = world.partners.book;
    }

    void pronounce() {
        for (Taken taken : book.taken) {
            for (String recipient : taken.recipients) {
                byRecipient.computeIfAbsent(recipient, _ -> new ArrayList<>()).add(taken);
            }
            if (taken.host.equals("mx.home.example")) notices.add(notice(taken));
        }
        noNoticeTwice();
        world.clients.submissions.forEach(this::judge);
    }

    private static Notice notice(Taken taken) {
        var fields = new HashMap<String, String>();
        for (String line : new String(taken.content, StandardCharsets.UTF_8).split("\r\n", -1)) {
            int colon = line.indexOf(": ");
            if (colon > 0) fields.put(line.substring(0, colon), line.substring(colon + 2));
        }
        if (!taken.sender.isEmpty() || !fields.containsKey("X-Notice")) {
            throw new Violation("no notice, for " + taken.recipients);
        }
        return new Notice(
                fields.getOrDefault("X-Notice", ""),
                fields.getOrDefault("X-Of", ""),
                fields.getOrDefault("X-Id", ""),
                Long.parseLong(fields.getOrDefault("X-Wall", "0")),
                List.of(fields.getOrDefault("X-For", "").split(",", -1)));
    }

    private void noNoticeTwice() {
        var seen = new HashMap<String, Integer>();
        notices.forEach(notice -> seen.merge(notice.id(), 1, Integer::sum));
        var excuses = new HashMap<String, Integer>();
        for (Taken taken : book.taken) {
            boolean home = taken.host.equals("mx.home.example");
            if (home && isUnsure(taken)) excuses.merge(notice(taken).id(), 1, Integer::sum);
        }
        seen.forEach((id, times) -> {
            if (times > 1 + excuses.getOrDefault(id, 0)) {
                throw new Violation("the notice " + id + " came " + times + " times");
            }
        });
    }

    private void judge(Submission mine) {
        for (String recipient : mine.intended) {
            List<Taken> deliveries = byRecipient.getOrDefault(recipient, List.of());
            List<Notice> bounces =
                    notices.stream()
                            .filter(n -> n.kind().equals("failed") && n.about().contains(recipient))
                            .collect(Collectors.toMap(Notice::id, n -> n, (one, _) -> one))
                            .values()
                            .stream()
                            .toList();
            deliveries.forEach(taken -> sameContent(mine, taken));
            if (!isRepaired()) noBareLineFeed(mine, recipient, deliveries);
            bounces.forEach(bounce -> justified(mine, recipient, bounce));
            count(mine, recipient, deliveries, bounces);
        }
    }

    private void count(
            Submission mine, String recipient, List<Taken> deliveries, List<Notice> bounces) {
        long times = deliveries.size() + (long) bounces.size();
        long excuses = deliveries.stream().filter(this::isUnsure).count();
        boolean wanted = mine.recipients.contains(recipient);
        boolean mayBe = wanted && (mine.end == End.TAKEN || mine.end == End.UNKNOWN);
        if (times > 0 && !mayBe) {
            throw violation(mine, recipient, "came out, and was never taken");
        }
        if (times > 1 + excuses) throw violation(mine, recipient, "came out " + times + " times");
        if (mine.end != End.TAKEN || !wanted || times > 0) return;
        boolean mayVanish =
                mine.sender.isEmpty() && reason(mine, recipient, world.latestWallMillis());
        if (!mayVanish) throw violation(mine, recipient, "is lost");
    }

    /// Whether the relay may have had to try again although this host had it.
    private boolean isUnsure(Taken taken) {
        return taken.confirmedAt == HostBook.NEVER
                || world.crashes.mayHaveForgotten(
                        taken.confirmedAt, taken.in.overAt(), world.sim.nowMillis());
    }

    private static Violation violation(Submission mine, String recipient, String what) {
        return new Violation(
                recipient
                        + " of message "
                        + mine.number
                        + " ("
                        + mine.end
                        + " "
                        + mine.queueId
                        + ") "
                        + what);
    }

    /// Ours is the first field alone; everything behind it is as the client sent it, but for line ends
    /// that the relay repairs.
    private void sameContent(Submission mine, Taken taken) {
        String text = new String(taken.content, StandardCharsets.ISO_8859_1);
        if (!text.startsWith("Received: from client.example ")) {
            throw violation(mine, taken.host, "has no Received field");
        }
        int end = text.indexOf("\r\n");
        while (text.startsWith("\r\n\t", end)) end = text.indexOf("\r\n", end + 2);
        String sent = new String(mine.content, StandardCharsets.ISO_8859_1);
        if (!text.substring(end + 2).equals(isRepaired() ? withCrLf(sent) : sent)) {
            throw violation(mine, taken.host, "was changed on the way");
        }
    }

    private boolean isRepaired() {
        return world.bareLineFeed == BareLineFeed.REPAIR;
    }

    private static String withCrLf(String text) {
        return text.replaceAll("(?<!\r)\n", "\r\n");
    }

    /// To some hosts a bare LF is the end of a line, and perhaps of the message: whoever takes such
    /// a content helps to smuggle (RFC 5321 §2.3.8).
    private static void noBareLineFeed(Submission mine, String recipient, List<Taken> deliveries) {
        boolean bare = false;
        for (int i = 0; i < mine.content.length; i++) {
            bare |= mine.content[i] == '\n' && (i == 0 || mine.content[i - 1] != '\r');
        }
        if (bare && (mine.end == End.TAKEN || !deliveries.isEmpty())) {
            throw violation(mine, recipient, "was taken with a bare LF");
        }
    }

    private void justified(Submission mine, String recipient, Notice bounce) {
        boolean known = mine.queueId.isEmpty() || mine.queueId.equals(bounce.of());
        if (!known) throw violation(mine, recipient, "has a notice of another message: " + bounce);
        if (!reason(mine, recipient, bounce.wallMillis())) {
            throw violation(mine, recipient, "was bounced for no reason: " + bounce);
        }
    }

    /// Where the operator sent it by another connector, whose words count then.
    private boolean byRedirection(
            Submission mine, String domain, Rules.Source source, long wallMillis) {
        return world.partners.policiesEver().stream()
                .flatMap(policy ->
                        policy.connectors().stream()
                                .filter(c -> world.partners.mayBeRedirected(domain, c.name()))
                                .map(c -> new Reasons(world, policy, c, domain, source)))
                .anyMatch(reasons -> reasons.any(mine, wallMillis));
    }

    /// Whether there was cause to give up.
    private boolean reason(Submission mine, String recipient, long wallMillis) {
        if (book.everRefused.contains(recipient)) return true;
        String domain = Partners.domain(recipient);
        var source = new Rules.Source(mine.receiveConnector, mine.sender);
        if (world.dns.wasDead(domain)) return true;
        boolean byStandIn =
                world.partners.policiesEver().stream()
                        .flatMap(policy ->
                                Rules.standIns(policy, domain, source).stream()
                                        .map(other ->
                                                new Reasons(world, policy, other, domain, source)))
                        .anyMatch(reasons -> reasons.isForItsHosts(mine));
        if (byStandIn || byRedirection(mine, domain, source, wallMillis)) return true;
        return world.partners.policiesEver().stream()
                .flatMap(policy ->
                        Rules.connector(policy, domain, source).stream()
                                .map(connector ->
                                        new Reasons(world, policy, connector, domain, source)))
                .anyMatch(reasons -> reasons.any(mine, wallMillis));
    }
}
