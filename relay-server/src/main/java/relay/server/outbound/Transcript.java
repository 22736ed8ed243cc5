package relay.server.outbound;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.SessionInput;
import relay.core.delivery.SessionOutput;
import relay.core.delivery.SessionOutput.Secrecy;
import relay.core.delivery.TranscriptLine.Kind;
import relay.core.queue.DeliveryOutcome;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.ChainVerdict;

/// Writes down a dialogue while it is held. Contents are never shown to it; of credentials it is
/// shown what may be, and of what the host answers to them it keeps the codes alone. A fault in it
/// ends the transcript and not the dialogue. Confined to the connection's event loop.
final class Transcript implements Dialogue {
    private static final int MAX_LINE_BYTES = 512;
    private static final String WITHHELD = "(withheld)";
    private static final Pattern CODES =
            Pattern.compile("(\\d{3}(?:[ -]\\d\\.\\d{1,3}\\.\\d{1,3}(?![^ ]))?).*");

    private final Dialogue dialogue;
    private final TranscriptPages pages;
    private final Supplier<String> localAddress;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private Secrecy secrecy = Secrecy.NONE;
    private State state = State.OPEN;

    private enum State {
        OPEN,
        ENDED
    }

    Transcript(Dialogue dialogue, TranscriptPages pages, Supplier<String> localAddress) {
        this.dialogue = dialogue;
        this.pages = pages;
        this.localAddress = localAddress;
    }

    @Override
    public List<SessionOutput> on(SessionInput input) {
        quietly(() -> note(input));
        List<SessionOutput> outputs = dialogue.on(input);
        quietly(() -> {
            outputs.forEach(this::note);
            pages.turn();
        });
        return outputs;
    }

    @Override
    public void abandon() {
        quietly(() -> end("a fault of ours, which the log tells"));
    }

    private void quietly(Runnable writing) {
        if (state == State.ENDED) return;
        try {
            writing.run();
        } catch (RuntimeException fault) {
            state = State.ENDED;
            pages.add(Kind.NOTE, "the transcript ends, by a fault of ours: " + fault.getClass());
            pages.goneWrong();
            pages.turn();
        }
    }

    private void note(SessionInput input) {
        switch (input) {
            case SessionInput.Connected _ ->
                    pages.add(Kind.CONNECTED, "from " + localAddress.get());
            case SessionInput.Received(var bytes) -> received(bytes.duplicate());
            case SessionInput.Secured(var evidence, _) -> pages.add(Kind.NOTE, words(evidence));
            case SessionInput.TlsFailed(var detail) ->
                    pages.add(Kind.NOTE, "the TLS handshake failed: " + detail);
            case SessionInput.ContentLost(var detail) ->
                    pages.add(Kind.NOTE, "the content cannot be read: " + detail);
            case SessionInput.ConnectionLost(var detail) ->
                    pages.add(Kind.NOTE, "the connection is lost: " + detail);
            case SessionInput.TimedOut _ -> pages.add(Kind.NOTE, "the host took too long");
            case SessionInput.Offered _,
                    SessionInput.FinishAsked _,
                    SessionInput.FinalDotBegun _,
                    SessionInput.Derived _ -> {}
        }
    }

    private void received(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte octet = bytes.get();
            if (octet == '\n') {
                heardLine();
            } else if (heard.size() < MAX_LINE_BYTES) {
                heard.write(octet);
            }
        }
    }

    private void heardLine() {
        String line = heard.toString(StandardCharsets.UTF_8);
        heard.reset();
        if (line.endsWith("\r")) line = line.substring(0, line.length() - 1);
        pages.add(
                Kind.RECEIVED,
                switch (secrecy) {
                    case NONE -> line;
                    case CREDENTIALS -> codes(line) + WITHHELD;
                });
    }

    /// A host may repeat what it was told, or say what only the two of us know.
    private static String codes(String line) {
        Matcher codes = CODES.matcher(line);
        return codes.matches() ? codes.group(1) + " " : "";
    }

    private void note(SessionOutput output) {
        switch (output) {
            case SessionOutput.Send(_, var shown, var itsSecrecy) -> {
                secrecy = itsSecrecy;
                shown.lines().forEach(line -> pages.add(Kind.SENT, line));
            }
            case SessionOutput.StartTls _ -> pages.add(Kind.NOTE, "TLS handshake");
            case SessionOutput.SendContent(var entry) ->
                    pages.add(
                            Kind.NOTE,
                            "the content of %s, %d bytes, and the final dot"
                                    .formatted(entry.id().message(), entry.envelope().sizeBytes()));
            case SessionOutput.Opened _ -> secrecy = Secrecy.NONE;
            case SessionOutput.Ended(var entry, var outcomes, _) -> {
                Set<DeliveryOutcome> distinct = new LinkedHashSet<>(outcomes.values());
                for (DeliveryOutcome outcome : distinct) {
                    pages.add(Kind.NOTE, entry.id().message() + " " + words(outcome));
                    if (!(outcome instanceof DeliveryOutcome.Delivered)) pages.goneWrong();
                }
            }
            case SessionOutput.End(var end) -> end(end);
            case SessionOutput.Await _,
                    SessionOutput.Derive _,
                    SessionOutput.Ready _,
                    SessionOutput.Returned _,
                    SessionOutput.Close _ -> {}
        }
    }

    private void end(SessionEnd end) {
        switch (end) {
            case SessionEnd.Served(var trouble) when trouble.isEmpty() -> {
                pages.add(Kind.ENDED, "");
                pages.turn();
                state = State.ENDED;
            }
            case SessionEnd.Served(var trouble) -> end(trouble.getFirst().toString());
            case SessionEnd.NotServed(var why, _) -> end(why.toString());
            case SessionEnd.DemandsUnmet(var why, _, _) -> end(why.toString());
        }
    }

    private void end(String why) {
        if (heard.size() > 0) heardLine();
        pages.add(Kind.ENDED, why);
        pages.goneWrong();
        pages.turn();
        state = State.ENDED;
    }

    private static String words(DeliveryOutcome outcome) {
        return switch (outcome) {
            case DeliveryOutcome.Delivered _ -> "is delivered";
            case DeliveryOutcome.Deferred(var why) -> "is deferred: " + why;
            case DeliveryOutcome.InDoubt(var why) -> "may be delivered: " + why;
            case DeliveryOutcome.Rejected(var why) -> "is rejected: " + why;
        };
    }

    private static String words(Evidence.Encrypted tls) {
        var words = new StringBuilder(tls.protocol().label()).append(' ').append(tls.cipherSuite());
        if (!tls.group().isEmpty()) words.append(' ').append(tls.group());
        if (!tls.chain().isEmpty()) {
            words.append(", certificate of ")
                    .append(tls.chain().getFirst().getSubjectX500Principal().getName())
                    .append(" for ")
                    .append(String.join(", ", tls.presentedNames().stream().sorted().toList()));
        }
        return words.append(
                        switch (tls.bestVerdict()) {
                            case ChainVerdict.Trusted _ -> ", trusted";
                            case ChainVerdict.Expired(var detail) -> ", expired: " + detail;
                            case ChainVerdict.Untrusted(var detail) -> ", not trusted: " + detail;
                        })
                .append(", stapled: ")
                .append(tls.status().label())
                .toString();
    }
}
