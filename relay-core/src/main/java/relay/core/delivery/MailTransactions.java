package relay.core.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import relay.core.address.Mailbox;
import relay.core.delivery.DialogueTimeouts.Wait;
import relay.core.delivery.TransactionCommands.Login;
import relay.core.queue.DeliveryOutcome;
import relay.core.queue.DeliveryOutcome.Deferred;
import relay.core.queue.DeliveryOutcome.Delivered;
import relay.core.queue.DeliveryOutcome.InDoubt;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueEntry;
import relay.core.smtp.Extension;
import relay.core.smtp.Extensions;
import relay.core.smtp.Reply;
import relay.core.tls.TlsProof;

/// The second part of an outbound session: message after message. Confined to the session's thread.
///
/// Where the host offers PIPELINING, MAIL, RCPT and DATA go out together (RFC 2920 §3.1), and those
/// of the next entry right behind the final dot of the one before. So at most two entries are under
/// way: the first, which waits for the verdict on its content, and the next, up to its DATA.
/// Without PIPELINING there is one, and one command at a time.
///
/// Each entry is one transaction. A host that limits what a connection may carry (RFC 9422) gets no
/// more: what does not fit is returned, and the session ends itself when it has had all.
///
/// Whatever happens, each entry that was offered is ended or returned, once.
final class MailTransactions {
    /// How many entries a session asks for at first, so that there always is a next one.
    private static final int WINDOW = 2;

    private static final int CLOSING = 421;
    private static final String RSET = "RSET\r\n";
    private static final String DATA = "DATA\r\n";

    private final TlsProof proof;
    private final HostTrouble trouble;
    private final TransactionCommands commands;
    private final Outbox outbox;

    private final Allotment allotment;

    /// Oldest first; it is the one that the next reply is about.
    private final Deque<Transaction> underWay = new ArrayDeque<>();

    private Reset reset = Reset.NOT_NEEDED;
    private Progress progress = Progress.NONE;
    private Ending ending = Ending.NOT_ASKED;

    private enum Reset {
        NOT_NEEDED,
        NEEDED
    }

    private enum Progress {
        NONE,
        SOME
    }

    private enum Ending {
        NOT_ASKED,
        ASKED,
        /// The host takes no more on this connection.
        USED_UP
    }

    /// Whether the session goes on after an input.
    sealed interface Step {
        record GoOn() implements Step {}

        /// Nothing is left to do and none is wanted: time for QUIT.
        record Finished() implements Step {}

        /// The connection must be closed; `trouble` as in [Dialer.SessionEnd.Served].
        record Broken(List<Diagnostic> trouble) implements Step {}
    }

    MailTransactions(
            TlsProof proof,
            Extensions extensions,
            Login login,
            HostTrouble trouble,
            Outbox outbox) {
        this.proof = proof;
        this.trouble = trouble;
        this.commands = new TransactionCommands(extensions, proof, login, trouble);
        this.allotment = new Allotment(extensions.limits());
        this.outbox = outbox;
    }

    void open() {
        outbox.add(new SessionOutput.Opened(proof, commands.extensions().limits()));
        outbox.add(new SessionOutput.Ready(allotment.ask(WINDOW)));
        outbox.await(Wait.IDLE);
    }

    Step offer(QueueEntry entry) {
        allotment.offer(entry);
        boolean idle = underWay.isEmpty();
        beginNext();
        if (idle) awaitNext();
        return goOnOrFinish();
    }

    Step finish() {
        if (ending == Ending.NOT_ASKED) ending = Ending.ASKED;
        return goOnOrFinish();
    }

    Step finalDotBegun() {
        underWay.element().waitFor(Wait.FINAL_DOT);
        outbox.await(Wait.FINAL_DOT);
        beginNext();
        return new Step.GoOn();
    }

    Step reply(Reply reply) {
        Transaction current = underWay.peek();
        if (current == null) return unasked(reply);
        if (reply.code() == CLOSING) return closing(current, reply);
        Step step = answered(current, reply);
        if (!(step instanceof Step.GoOn)) return step;
        beginNext();
        awaitNext();
        return goOnOrFinish();
    }

    Step contentLost(String detail) {
        underWay.element().settleRest(new Deferred(trouble.contentLost(detail)));
        return broken(trouble.contentLost(detail), List.of());
    }

    Step timedOut() {
        Transaction current = underWay.peek();
        if (current == null) return new Step.Finished();
        Wait wait = current.waitingFor();
        Diagnostic why = trouble.timedOut(wait, outbox.limit(wait));
        return broken(why, List.of(why));
    }

    /// Some hosts take one message and hang up. That costs the next entry nothing: it is returned,
    /// and nobody is in trouble.
    Step lost(String detail) {
        Transaction current = underWay.peek();
        Wait wait = current == null ? Wait.IDLE : current.waitingFor();
        Diagnostic why = trouble.lost(wait, detail);
        boolean harmless = current == null || isUnjudged(current);
        return broken(why, harmless ? List.of() : List.of(why));
    }

    /// The host said what is no reply, or none that fits.
    Step nonsense(String detail) {
        Diagnostic why = trouble.nonsense(detail);
        return broken(why, List.of(why));
    }

    private Step unasked(Reply reply) {
        if (reply.code() == CLOSING) return broken(trouble.said(reply, Wait.IDLE), List.of());
        return nonsense("the host spoke out of turn: " + reply.code());
    }

    /// 421 can come in answer to anything (RFC 5321 §3.8). At the first command of an entry it
    /// means that the connection has carried enough.
    private Step closing(Transaction current, Reply reply) {
        Diagnostic said = trouble.said(reply, current.waitingFor());
        if (!isUnjudged(current)) current.settleRest(new Deferred(said));
        return broken(said, List.of(said));
    }

    private Step answered(Transaction current, Reply reply) {
        return switch (current.waitingFor()) {
            case RESET -> resetAnswered(current, reply);
            case MAIL -> mailAnswered(current, reply);
            case RECIPIENT -> recipientAnswered(current, reply);
            case DATA -> dataAnswered(current, reply);
            case CONTENT -> answeredTooEarly(current, reply);
            case FINAL_DOT -> contentJudged(current, reply);
            case EMPTY_CONTENT ->
                    end(current, Transaction.isPositive(reply) ? Reset.NOT_NEEDED : Reset.NEEDED);
            case CONNECT, GREETING, HELLO, STARTTLS, HANDSHAKE, AUTH, QUIT, IDLE ->
                    throw new IllegalStateException("no transaction waits for this");
        };
    }

    private Step resetAnswered(Transaction current, Reply reply) {
        if (!Transaction.isPositive(reply)) {
            Diagnostic said = trouble.said(reply, Wait.RESET);
            return broken(said, List.of(said));
        }
        if (!isPipelined()) outbox.send(commands.mail(current.entry()));
        current.waitFor(Wait.MAIL);
        return new Step.GoOn();
    }

    private Step mailAnswered(Transaction current, Reply reply) {
        if (isIntermediate(reply)) return unfit(reply, Wait.MAIL);
        current.mailAnswered(reply, trouble.said(reply, Wait.MAIL));
        if (!isPipelined()) {
            if (current.isMailRefused()) return end(current, Reset.NEEDED);
            outbox.send(commands.recipient(current.entry(), current.nextRecipient()));
        }
        current.waitFor(Wait.RECIPIENT);
        return new Step.GoOn();
    }

    private Step recipientAnswered(Transaction current, Reply reply) {
        if (isIntermediate(reply)) return unfit(reply, Wait.RECIPIENT);
        current.recipientAnswered(reply, trouble.said(reply, Wait.RECIPIENT));
        if (!current.allRecipientsAnswered()) {
            if (!isPipelined()) {
                outbox.send(commands.recipient(current.entry(), current.nextRecipient()));
            }
            return new Step.GoOn();
        }
        if (!isPipelined()) {
            if (!current.hasAccepted()) return end(current, Reset.NEEDED);
            outbox.send(DATA);
        }
        current.waitFor(Wait.DATA);
        return new Step.GoOn();
    }

    private Step dataAnswered(Transaction current, Reply reply) {
        if (Transaction.isPositive(reply)) return unfit(reply, Wait.DATA);
        if (!isIntermediate(reply)) {
            current.settleRest(Transaction.verdict(reply, trouble.said(reply, Wait.DATA)));
            return end(current, Reset.NEEDED);
        }
        if (!current.hasAccepted()) {
            // It wants content for nobody (RFC 2920 §3.1).
            outbox.send(".\r\n");
            current.waitFor(Wait.EMPTY_CONTENT);
            return new Step.GoOn();
        }
        // It refused MAIL, but wants content for a recipient: not even a dot is safe.
        if (current.isMailRefused()) return unfit(reply, Wait.DATA);
        outbox.add(new SessionOutput.SendContent(current.entry()));
        current.waitFor(Wait.CONTENT);
        return new Step.GoOn();
    }

    /// A refusal counts, though the content is not all sent; the rest cannot be taken back, so the
    /// connection is cut. A success cannot be one.
    private Step answeredTooEarly(Transaction current, Reply reply) {
        if (reply.code() < 400) return unfit(reply, Wait.CONTENT);
        Diagnostic said = trouble.said(reply, Wait.CONTENT);
        current.settleRest(Transaction.verdict(reply, said));
        return broken(said, List.of());
    }

    private Step contentJudged(Transaction current, Reply reply) {
        if (isIntermediate(reply)) return unfit(reply, Wait.FINAL_DOT);
        current.settleRest(
                Transaction.isPositive(reply)
                        ? new Delivered(HostTrouble.quoted(reply), commands.successNotice())
                        : Transaction.verdict(reply, trouble.said(reply, Wait.FINAL_DOT)));
        return end(current, Reset.NOT_NEEDED);
    }

    private Step unfit(Reply reply, Wait wait) {
        return nonsense("the host answered " + wait.label() + " with " + reply.code());
    }

    private Step end(Transaction current, Reset resetBeforeNext) {
        underWay.remove(current);
        reset = resetBeforeNext;
        report(current.entry(), current.outcomes());
        askForOneMore();
        return new Step.GoOn();
    }

    private void askForOneMore() {
        if (ending != Ending.NOT_ASKED || allotment.ask(1) == 0) return;
        outbox.add(new SessionOutput.Ready(1));
    }

    private void report(QueueEntry entry, Map<Mailbox, DeliveryOutcome> outcomes) {
        progress = Progress.SOME;
        outbox.add(new SessionOutput.Ended(entry, outcomes, proof));
    }

    private void beginNext() {
        while (!allotment.isEmpty() && mayBegin()) {
            QueueEntry next = allotment.first();
            Optional<DeliveryOutcome> obstacle = commands.obstacle(next);
            if (obstacle.isPresent()) {
                allotment.dropFirst();
                var never = new Transaction(next, Wait.MAIL);
                never.settleRest(obstacle.get());
                report(next, never.outcomes());
                askForOneMore();
            } else if (allotment.takeFirst()) {
                begin(next);
            } else {
                ending = Ending.USED_UP;
            }
        }
    }

    private boolean mayBegin() {
        return ending != Ending.USED_UP
                && (underWay.isEmpty() || (isPipelined() && underWay.getLast().isFinalDotBegun()));
    }

    private void begin(QueueEntry entry) {
        boolean resetFirst = reset == Reset.NEEDED;
        underWay.add(new Transaction(entry, resetFirst ? Wait.RESET : Wait.MAIL));
        reset = Reset.NOT_NEEDED;
        var group = new StringBuilder(resetFirst ? RSET : "");
        if (isPipelined()) {
            group.append(commands.mail(entry));
            entry.recipients().forEach(r -> group.append(commands.recipient(entry, r)));
            group.append(DATA);
        } else if (!resetFirst) {
            group.append(commands.mail(entry));
        }
        outbox.send(group.toString());
    }

    private void awaitNext() {
        Transaction next = underWay.peek();
        outbox.await(next == null ? Wait.IDLE : next.waitingFor());
    }

    private Step goOnOrFinish() {
        boolean wanted = ending == Ending.NOT_ASKED && !allotment.hasHadAll();
        boolean more = ending != Ending.USED_UP && !allotment.isEmpty();
        if (wanted || more || !underWay.isEmpty()) return new Step.GoOn();
        giveBack(allotment.removeAll());
        return new Step.Finished();
    }

    private void giveBack(Collection<QueueEntry> untouched) {
        untouched.forEach(entry -> outbox.add(new SessionOutput.Returned(entry)));
    }

    /// Nothing more can come of this connection. The oldest entry takes the blame; of those behind
    /// it nothing can have been accepted, since their content was not sent.
    private Step broken(Diagnostic why, List<Diagnostic> hostTrouble) {
        Transaction current = underWay.poll();
        var behind = new ArrayList<QueueEntry>();
        if (current != null && isUnjudged(current)) {
            behind.add(current.entry());
        } else if (current != null) {
            current.settleRest(current.isFinalDotBegun() ? new InDoubt(why) : new Deferred(why));
            report(current.entry(), current.outcomes());
        }
        underWay.forEach(next -> behind.add(next.entry()));
        behind.addAll(allotment.removeAll());
        underWay.clear();
        giveBack(behind);
        return new Step.Broken(hostTrouble);
    }

    /// The host said nothing of it, after it took part in another: only the connection is at fault.
    /// A first entry takes the blame itself, lest it be tried without end.
    private boolean isUnjudged(Transaction current) {
        return current.isUntouched() && progress == Progress.SOME;
    }

    private boolean isPipelined() {
        return commands.extensions().offers(Extension.PIPELINING);
    }

    private static boolean isIntermediate(Reply reply) {
        return reply.code() / 100 == 3;
    }
}
