package relay.core.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import relay.core.alert.Alert.Severity;
import relay.core.queue.Diagnostic;
import relay.core.queue.LaneStatus;
import relay.core.routing.Lane;

/// Decides which alerts stand, given what is known. Pure; any thread.
///
/// `queueAge` is how long mail may wait, `queueDepth` how many messages may be queued for a
/// connector, `certificateExpiry` how long a certificate is to hold on, ours or a partner's.
public record AlertRules(Duration queueAge, long queueDepth, Duration certificateExpiry) {
    public static final String PARTNER_TLS_FAILS = "RelayPartnerTlsFails";
    public static final String MAIL_WAITS_LONG = "RelayMailWaitsLong";
    public static final String QUEUE_DEEP = "RelayQueueDeep";
    public static final String MAIL_FAILS_OVER = "RelayMailFailsOver";
    public static final String CERTIFICATE_ENDS = "RelayCertificateEnds";
    public static final String PARTNER_CERTIFICATE_ENDS = "RelayPartnerCertificateEnds";
    public static final String PARTNER_POLICY_UNMET = "RelayPartnerPolicyUnmet";
    public static final String NOT_READY = "RelayNotReady";
    public static final String BACK_PRESSURE = "RelayBackPressure";
    public static final String QUEUE_UNREAD = "RelayQueueUnread";

    private static final Duration QUEUE_PATIENCE = Duration.ofMinutes(1);

    /// Those that stand, each of them once.
    public List<Alert> standing(Readings read) {
        var alerts = new ArrayList<Alert>();
        read.lanes().stream()
                .filter(AlertRules::failsForTls)
                .map(AlertRules::tls)
                .forEach(alerts::add);
        waiting(read, alerts);
        deep(read, alerts);
        failedOver(read, alerts);
        certificates(read, alerts);
        partners(read, alerts);
        if (!read.notReady().isEmpty()) {
            String why = String.join("; ", read.notReady());
            String summary = "mail cannot be accepted and stored: " + why;
            alerts.add(Alert.of(NOT_READY, Severity.PAGE, summary));
        }
        if (!read.shortOf().isEmpty()) {
            String what = String.join(", ", read.shortOf());
            String summary = "short of " + what + ": clients are slowed down or refused";
            alerts.add(Alert.of(BACK_PRESSURE, Severity.TICKET, summary));
        }
        if (read.queueAge().compareTo(QUEUE_PATIENCE) > 0) {
            String summary = "the queue has not answered for " + words(read.queueAge());
            alerts.add(Alert.of(QUEUE_UNREAD, Severity.PAGE, summary));
        }
        return alerts;
    }

    /// Mail waits, and the last that went wrong was the partner's TLS.
    private static boolean failsForTls(LaneStatus lane) {
        return lane.messages() > 0
                && lane.lastTrouble().stream()
                        .anyMatch(why -> why.reason() == Diagnostic.Reason.TLS);
    }

    private static Alert tls(LaneStatus lane) {
        var labels = new TreeMap<String, String>();
        labels.put("connector", lane.lane().connector());
        labels.put("queue", lane.lane().toString());
        String summary =
                "%s: demanded TLS is not met, %s: %s"
                        .formatted(
                                lane.lane(), waits(lane.messages()), lane.lastTrouble().getFirst());
        return new Alert(PARTNER_TLS_FAILS, Severity.PAGE, labels, summary);
    }

    private void waiting(Readings read, List<Alert> alerts) {
        read.oldest()
                .forEach((connector, since) -> {
                    Duration age = Duration.between(since, read.at());
                    if (age.compareTo(queueAge) <= 0) return;
                    String summary = connector + ": the oldest message has waited " + words(age);
                    alerts.add(connector(MAIL_WAITS_LONG, Severity.PAGE, connector, summary));
                });
    }

    private void deep(Readings read, List<Alert> alerts) {
        Map<String, Long> depths = new TreeMap<>();
        for (LaneStatus lane : read.lanes()) {
            depths.merge(lane.lane().connector(), lane.messages(), Long::sum);
        }
        depths.forEach((connector, depth) -> {
            if (depth <= queueDepth) return;
            String summary = connector + ": " + messages(depth) + " are queued";
            alerts.add(connector(QUEUE_DEEP, Severity.TICKET, connector, summary));
        });
    }

    /// Mail leaves by the next connector, or is about to; one that cannot help either is no news.
    private static void failedOver(Readings read, List<Alert> alerts) {
        Map<String, Set<String>> next = new TreeMap<>();
        for (LaneStatus status : read.lanes()) {
            Lane lane = status.lane();
            if (!lane.isFailedOver() || !isServed(status)) continue;
            next.computeIfAbsent(lane.insteadOf(), _ -> new TreeSet<>()).add(lane.connector());
        }
        next.forEach((connector, others) -> {
            String summary =
                    "%s: none of its hosts can be reached, its mail goes by %s"
                            .formatted(connector, String.join(", ", others));
            alerts.add(connector(MAIL_FAILS_OVER, Severity.TICKET, connector, summary));
        });
    }

    private static boolean isServed(LaneStatus lane) {
        return switch (lane.status()) {
            case ACTIVE, READY -> true;
            case RETRY, SUSPENDED, HELD -> false;
        };
    }

    private static Alert connector(
            String name, Severity severity, String connector, String summary) {
        return Alert.of(name, severity, "connector", connector, summary);
    }

    private void certificates(Readings read, List<Alert> alerts) {
        read.certificates()
                .forEach((name, end) -> {
                    if (!endsSoon(read.at(), end)) return;
                    String summary = "our certificate " + name + " " + ends(read.at(), end);
                    alerts.add(
                            Alert.of(
                                    CERTIFICATE_ENDS,
                                    Severity.TICKET,
                                    "certificate",
                                    name,
                                    summary));
                });
    }

    private void partners(Readings read, List<Alert> alerts) {
        for (Readings.Partner partner : read.partners()) {
            if (!partner.why().isEmpty()) {
                String summary =
                        partner.domain() + " does not meet our TLS policy: " + partner.why();
                alerts.add(domain(PARTNER_POLICY_UNMET, partner, summary));
            }
            for (Instant end : partner.certificateEnds()) {
                if (!endsSoon(read.at(), end)) continue;
                String summary =
                        "a certificate of " + partner.domain() + " " + ends(read.at(), end);
                alerts.add(domain(PARTNER_CERTIFICATE_ENDS, partner, summary));
            }
        }
    }

    private static Alert domain(String name, Readings.Partner partner, String summary) {
        return Alert.of(name, Severity.TICKET, "domain", partner.domain(), summary);
    }

    private boolean endsSoon(Instant now, Instant end) {
        return Duration.between(now, end).compareTo(certificateExpiry) < 0;
    }

    private static String ends(Instant now, Instant end) {
        return end.isAfter(now)
                ? "ends in " + words(Duration.between(now, end))
                : "has ended on " + end;
    }

    private static String messages(long count) {
        return count == 1 ? "1 message" : count + " messages";
    }

    private static String waits(long count) {
        return messages(count) + (count == 1 ? " waits" : " wait");
    }

    /// `3d 4h`, `4h 5m`, `5m 6s`.
    private static String words(Duration length) {
        if (length.toDays() > 0) return length.toDays() + "d " + length.toHoursPart() + "h";
        if (length.toHours() > 0) return length.toHours() + "h " + length.toMinutesPart() + "m";
        return length.toMinutes() + "m " + length.toSecondsPart() + "s";
    }
}
