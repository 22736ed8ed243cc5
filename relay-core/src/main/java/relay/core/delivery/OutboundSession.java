package relay.core.delivery;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Supplier;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.TlsUse;
import relay.core.delivery.DialogueTimeouts.Wait;
import relay.core.delivery.Opening.Goodbye;
import relay.core.delivery.TransactionCommands.Login;
import relay.core.queue.QueueEntry;
import relay.core.smtp.Extensions;
import relay.core.smtp.Reply;
import relay.core.smtp.ReplyParser;
import relay.core.smtp.ReplyParser.Parsed;
import relay.core.tls.Evidence;
import relay.core.tls.TlsProof;

/// The outbound dialogue with one host, from the TCP connection to QUIT, as a state machine: each
/// input gives what is to be done (RFC 5321 §4.1, RFC 3207, RFC 2920).
///
/// Pure: no clock, no socket. Confined to one thread at a time, its connection's event loop.
///
/// Promises: nothing of an envelope is sent before the demands of the host plan are met; a loss or
/// nonsense is never taken for a delivery, and once the final dot is begun it leaves the entry
/// [relay.core.queue.DeliveryOutcome.InDoubt]; every entry that was offered is ended or returned
/// exactly once; [SessionOutput.End] comes exactly once, after all of them.
public final class OutboundSession {
    private final HostPlan host;
    private final HostTrouble trouble;
    private final Outbox outbox;
    private final ReplyParser parser = new ReplyParser();
    private Stage stage;

    private sealed interface Stage {
        record Open(Opening opening) implements Stage {}

        record Serve(MailTransactions transactions) implements Stage {}

        /// QUIT is sent. `end` is already decided: a failed QUIT is no failed delivery.
        record Quit(SessionEnd end) implements Stage {}

        record Over() implements Stage {}
    }

    /// `helloName` is our name in EHLO. `nonces` is asked for AUTH, see [SaslChoice#strongest].
    public OutboundSession(
            HostPlan host,
            TlsUse tls,
            String helloName,
            DialogueTimeouts timeouts,
            Supplier<String> nonces) {
        this.host = host;
        this.trouble = new HostTrouble(host.toString());
        this.outbox = new Outbox(timeouts);
        this.stage = new Stage.Open(new Opening(host, tls, helloName, trouble, outbox, nonces));
    }

    /// What is to be done, in order. After the end only an offer has an answer: it is returned.
    public List<SessionOutput> on(SessionInput input) {
        switch (input) {
            case SessionInput.Received(var bytes) -> received(bytes);
            case SessionInput.Offered(var entry) -> offered(entry);
            case SessionInput.TimedOut _ -> timedOut();
            case SessionInput.ConnectionLost(var detail) -> lost(detail);
            case SessionInput.TlsFailed(var detail) -> tlsFailed(detail);
            case SessionInput.Connected _ -> {
                if (stage instanceof Stage.Open(var opening)) opened(opening.connected());
            }
            case SessionInput.Secured secured -> {
                if (stage instanceof Stage.Open(var opening)) opened(opening.secured(secured));
            }
            case SessionInput.Derived(var keys) -> {
                if (stage instanceof Stage.Open(var opening)) opened(opening.derived(keys));
            }
            case SessionInput.FinishAsked _ -> {
                if (stage instanceof Stage.Serve(var mail)) served(mail.finish());
            }
            case SessionInput.FinalDotBegun _ -> {
                if (stage instanceof Stage.Serve(var mail)) served(mail.finalDotBegun());
            }
            case SessionInput.ContentLost(var detail) -> {
                if (stage instanceof Stage.Serve(var mail)) served(mail.contentLost(detail));
            }
        }
        return outbox.drain();
    }

    private void received(ByteBuffer bytes) {
        while (bytes.hasRemaining() && !(stage instanceof Stage.Over)) {
            switch (parser.read(bytes)) {
                case Parsed.Incomplete _ -> {}
                case Parsed.Complete(var reply) -> reply(reply, bytes.hasRemaining());
                case Parsed.Broken(var why) -> nonsense(why);
            }
        }
    }

    private void reply(Reply reply, boolean moreFollows) {
        switch (stage) {
            case Stage.Open(var opening) -> opened(opening.reply(reply, moreFollows));
            case Stage.Serve(var mail) -> served(mail.reply(reply));
            case Stage.Quit(var end) -> close(end);
            case Stage.Over() -> {}
        }
    }

    private void nonsense(String why) {
        switch (stage) {
            case Stage.Open(var opening) -> opened(opening.nonsense(why));
            case Stage.Serve(var mail) -> served(mail.nonsense(why));
            case Stage.Quit(var end) -> close(end);
            case Stage.Over() -> {}
        }
    }

    private void timedOut() {
        switch (stage) {
            case Stage.Open(var opening) -> opened(opening.timedOut());
            case Stage.Serve(var mail) -> served(mail.timedOut());
            case Stage.Quit(var end) -> close(end);
            case Stage.Over() -> {}
        }
    }

    private void lost(String detail) {
        switch (stage) {
            case Stage.Open(var opening) -> opened(opening.lost(detail));
            case Stage.Serve(var mail) -> served(mail.lost(detail));
            case Stage.Quit(var end) -> close(end);
            case Stage.Over() -> {}
        }
    }

    private void tlsFailed(String detail) {
        if (stage instanceof Stage.Open(var opening)) {
            opened(opening.tlsFailed(detail));
        } else {
            lost(detail);
        }
    }

    private void offered(QueueEntry entry) {
        if (stage instanceof Stage.Serve(var mail)) {
            served(mail.offer(entry));
        } else {
            outbox.add(new SessionOutput.Returned(entry));
        }
    }

    private void opened(Opening.Step step) {
        switch (step) {
            case Opening.Step.Pending _ -> {}
            case Opening.Step.Opened(var extensions, var evidence) -> serve(extensions, evidence);
            case Opening.Step.Failed(var end, var goodbye) -> leave(end, goodbye);
        }
    }

    private void serve(Extensions extensions, Evidence evidence) {
        var proof = new TlsProof(host.toString(), host.demands(), evidence);
        // Whoever has an identity has shown it by now, or nothing is served.
        Login login = host.identity().isEmpty() ? Login.NONE : Login.DONE;
        var transactions = new MailTransactions(proof, extensions, login, trouble, outbox);
        stage = new Stage.Serve(transactions);
        transactions.open();
    }

    private void served(MailTransactions.Step step) {
        switch (step) {
            case MailTransactions.Step.GoOn _ -> {}
            case MailTransactions.Step.Finished _ ->
                    leave(new SessionEnd.Served(List.of()), Goodbye.QUIT);
            case MailTransactions.Step.Broken(var hostTrouble) ->
                    close(new SessionEnd.Served(hostTrouble));
        }
    }

    private void leave(SessionEnd end, Goodbye goodbye) {
        switch (goodbye) {
            case NONE -> close(end);
            case QUIT -> {
                outbox.send("QUIT\r\n");
                outbox.await(Wait.QUIT);
                stage = new Stage.Quit(end);
            }
        }
    }

    private void close(SessionEnd end) {
        stage = new Stage.Over();
        outbox.add(new SessionOutput.Close());
        outbox.add(new SessionOutput.End(end));
    }
}
