package relay.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.TlsUse;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueEntry;
import relay.core.tls.Evidence;

/// Replays a transcript to an [OutboundSession] and writes down what becomes of it. The transcript
/// is right when the two are the same.
///
/// What the session is told: `S:` lines from the host, those that follow each other in one packet,
/// and `>` lines: `connected`, `secured`, `secured, with a binding`, `tls failed`, `offer 1`, `finish`, `final dot`, `content
/// lost`, `timeout`, `lost`. What it does: `C:` lines to the host, `C: <content of 1>`, and `<`
/// lines: `start tls`, `derive`, `opened none`, `ready 2`, `returned 1`, `close`, `1 b: Delivered`, and the
/// end.
final class DialogueScript {
    private final OutboundSession session;
    private final Evidence.Encrypted evidence;
    private final Map<Long, QueueEntry> entries = new LinkedHashMap<>();
    private final List<String> written = new ArrayList<>();
    private final Map<QueueEntry, List<DeliveryOutcome>> ended = new LinkedHashMap<>();
    private final List<QueueEntry> offered = new ArrayList<>();
    private final List<QueueEntry> returned = new ArrayList<>();
    private final List<SessionEnd> ends = new ArrayList<>();

    DialogueScript(HostPlan host, TlsUse tls, Evidence.Encrypted evidence, QueueEntry... entries) {
        this.session =
                new OutboundSession(
                        host,
                        tls,
                        "relay.example.net",
                        DialogueTimeouts.DEFAULT,
                        () -> OutboundSamples.NONCE);
        this.evidence = evidence;
        for (QueueEntry entry : entries) this.entries.put(entry.id().message().value(), entry);
    }

    /// Two entries, `b` of 1 and `c` of 2, for a host without demands.
    static DialogueScript opportunistic() {
        return with(OutboundSamples.entry(1, "b"), OutboundSamples.entry(2, "c"));
    }

    /// These entries, for a host without demands.
    static DialogueScript with(QueueEntry... entries) {
        return of(OutboundSamples.host(), entries);
    }

    static DialogueScript of(HostPlan host, QueueEntry... entries) {
        var good =
                OutboundSamples.encrypted(
                        Evidence.TlsVersion.TLS_1_3,
                        new Evidence.ChainVerdict.Trusted(),
                        "mx.example.org");
        return new DialogueScript(host, TlsUse.TRY, good, entries);
    }

    /// The session does what the transcript says, no more and no less, and in this order.
    DialogueScript plays(String transcript) {
        play(transcript.lines().toList());
        assertThat(String.join("\n", written)).isEqualToIgnoringNewLines(transcript.strip());
        return this;
    }

    /// Tells the session what the lines tell it, without regard to what it does.
    DialogueScript play(List<String> lines) {
        Deque<String> left = new ArrayDeque<>(lines);
        while (!left.isEmpty()) {
            String line = left.remove();
            if (line.startsWith("S: ")) {
                var packet = new StringBuilder(heard(line));
                while (!left.isEmpty() && left.element().startsWith("S: ")) {
                    packet.append(heard(left.remove()));
                }
                byte[] bytes = packet.toString().getBytes(StandardCharsets.UTF_8);
                write(session.on(new SessionInput.Received(ByteBuffer.wrap(bytes))));
            } else if (line.startsWith("> ")) {
                written.add(line);
                write(session.on(input(line.substring(2))));
            }
        }
        return this;
    }

    private String heard(String line) {
        written.add(line);
        return line.substring(3) + "\r\n";
    }

    private SessionInput input(String what) {
        return switch (what) {
            case "connected" -> new SessionInput.Connected();
            case "secured" -> new SessionInput.Secured(evidence, List.of());
            case "secured, with a binding" ->
                    new SessionInput.Secured(evidence, List.of(OutboundSamples.BINDING));
            case "tls failed" -> new SessionInput.TlsFailed("bad record");
            case "finish" -> new SessionInput.FinishAsked();
            case "final dot" -> new SessionInput.FinalDotBegun();
            case "content lost" -> new SessionInput.ContentLost("disk error");
            case "timeout" -> new SessionInput.TimedOut();
            case "lost" -> new SessionInput.ConnectionLost("connection reset");
            default -> offer(what);
        };
    }

    private SessionInput offer(String what) {
        assertThat(what).startsWith("offer ");
        QueueEntry entry = Objects.requireNonNull(entries.get(Long.parseLong(what.substring(6))));
        offered.add(entry);
        return new SessionInput.Offered(entry);
    }

    private void write(List<SessionOutput> outputs) {
        outputs.stream().flatMap(this::lines).forEach(written::add);
    }

    private Stream<String> lines(SessionOutput output) {
        return switch (output) {
            case SessionOutput.Send(var bytes, _, _) ->
                    StandardCharsets.UTF_8
                            .decode(bytes)
                            .toString()
                            .lines()
                            .map(line -> "C: " + line);
            case SessionOutput.StartTls _ -> Stream.of("< start tls");
            case SessionOutput.Derive(var derivation) ->
                    Stream.concat(
                            Stream.of("< derive " + derivation),
                            session.on(new SessionInput.Derived(derivation.run())).stream()
                                    .flatMap(this::lines));
            case SessionOutput.SendContent(var entry) ->
                    Stream.of("C: <content of " + number(entry) + ">");
            case SessionOutput.Await _ -> Stream.of();
            case SessionOutput.Opened(var proof, _) -> Stream.of("< opened " + proof.tlsLabel());
            case SessionOutput.Ready(var count) -> Stream.of("< ready " + count);
            case SessionOutput.Ended end -> ended(end);
            case SessionOutput.Returned(var entry) -> {
                returned.add(entry);
                yield Stream.of("< returned " + number(entry));
            }
            case SessionOutput.Close _ -> Stream.of("< close");
            case SessionOutput.End(var end) -> {
                ends.add(end);
                yield Stream.of("< " + shown(end));
            }
        };
    }

    private Stream<String> ended(SessionOutput.Ended end) {
        ended.computeIfAbsent(end.entry(), _ -> new ArrayList<>()).addAll(end.outcomes().values());
        return end.entry().recipients().stream()
                .map(to ->
                        "< "
                                + number(end.entry())
                                + " "
                                + to.localPart()
                                + ": "
                                + shown(Objects.requireNonNull(end.outcomes().get(to))));
    }

    private static String shown(DeliveryOutcome outcome) {
        return switch (outcome) {
            case DeliveryOutcome.Delivered(var reply, _) -> "Delivered " + reply;
            case DeliveryOutcome.Deferred(var why) -> "Deferred " + shown(why);
            case DeliveryOutcome.InDoubt(var why) -> "InDoubt " + shown(why);
            case DeliveryOutcome.Rejected(var why) -> "Rejected " + shown(why);
        };
    }

    private static String shown(SessionEnd end) {
        return switch (end) {
            case SessionEnd.Served(var trouble) ->
                    trouble.isEmpty() ? "served" : "served, trouble " + shown(trouble.getFirst());
            case SessionEnd.NotServed(var why, var tls) ->
                    "not served, tls trouble " + tls + ", " + shown(why);
            case SessionEnd.DemandsUnmet(var why, _, _) -> "demands unmet " + shown(why);
        };
    }

    private static String shown(Diagnostic why) {
        return why.reason().label() + " " + why.status();
    }

    private static long number(QueueEntry entry) {
        return entry.id().message().value();
    }

    List<QueueEntry> offered() {
        return offered;
    }

    List<QueueEntry> returned() {
        return returned;
    }

    /// The outcomes of `entry`, one for each recipient; empty where it has not ended.
    List<DeliveryOutcome> outcomes(QueueEntry entry) {
        return ended.getOrDefault(entry, List.of());
    }

    SessionEnd end() {
        assertThat(ends).hasSize(1);
        return ends.getFirst();
    }

    void tell(SessionInput input) {
        write(session.on(input));
    }
}
