package relay.core.delivery;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import relay.core.delivery.Dialer.SessionEnd;
import relay.core.delivery.Dialer.TlsTrouble;
import relay.core.delivery.Dialer.TlsUse;
import relay.core.delivery.DialogueTimeouts.Wait;
import relay.core.queue.Diagnostic;
import relay.core.routing.SendConnector.PlaintextFallback;
import relay.core.routing.SmartHost.TlsMode;
import relay.core.routing.SmartHostAuth;
import relay.core.routing.TokenGrant;
import relay.core.sasl.ChannelBinding;
import relay.core.sasl.SaslChoice;
import relay.core.sasl.ScramKeys;
import relay.core.smtp.Extension;
import relay.core.smtp.Extensions;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;
import relay.core.tls.TlsDemand;
import relay.core.tls.Unmet;
import relay.core.tls.Unmet.Shortfall;

/// The first part of an outbound session, up to the point where the host may hear of a message:
/// greeting, EHLO, TLS, the verdict on it, AUTH. Confined to the session's thread.
///
/// Nothing here knows an envelope; [Step.Opened] is the only way on.
final class Opening {
    private final HostPlan host;
    private final TlsUse tlsUse;
    private final String helloName;
    private final HostTrouble trouble;
    private final Outbox outbox;
    private final Supplier<String> nonces;

    private Wait waitingFor = Wait.CONNECT;
    private Hello hello = Hello.EHLO;
    private Extensions extensions = Extensions.NONE;
    private Evidence evidence;
    private List<ChannelBinding> exported = List.of();
    private @Nullable AuthExchange auth;

    private enum Hello {
        EHLO,
        HELO
    }

    /// How far it is after an input.
    sealed interface Step {
        record Pending() implements Step {}

        record Opened(Extensions extensions, Evidence evidence) implements Step {}

        /// It ended here. `goodbye` says whether the host can be told.
        record Failed(SessionEnd end, Goodbye goodbye) implements Step {}
    }

    enum Goodbye {
        QUIT,
        NONE
    }

    Opening(
            HostPlan host,
            TlsUse tlsUse,
            String helloName,
            HostTrouble trouble,
            Outbox outbox,
            Supplier<String> nonces) {
        this.host = host;
        this.tlsUse = tlsUse;
        this.helloName = helloName;
        this.trouble = trouble;
        this.outbox = outbox;
        this.nonces = nonces;
        this.evidence = clear();
    }

    private Evidence clear() {
        return switch (tlsUse) {
            case TRY ->
                    new Evidence.Plaintext(
                            Shortfall.NOT_OFFERED, "the host does not offer STARTTLS");
            case NEVER ->
                    new Evidence.Plaintext(
                            Shortfall.HANDSHAKE_FAILED, "TLS failed on the connection before");
        };
    }

    /// The TCP connection stands. With implicit TLS the first byte is TLS (RFC 8314 §3.3).
    Step connected() {
        return switch (host.tlsMode()) {
            case STARTTLS -> await(Wait.GREETING);
            case IMPLICIT -> startTls();
        };
    }

    Wait waitingFor() {
        return waitingFor;
    }

    Step reply(Reply reply, boolean moreInClear) {
        return switch (waitingFor) {
            case GREETING -> isPositive(reply) ? hello() : refused(reply);
            case HELLO -> isPositive(reply) ? helloAccepted(reply) : helloRefused(reply);
            case STARTTLS -> startTlsAnswered(reply, moreInClear);
            case AUTH -> authAnswered(reply);
            case CONNECT,
                    HANDSHAKE,
                    RESET,
                    MAIL,
                    RECIPIENT,
                    DATA,
                    CONTENT,
                    FINAL_DOT,
                    EMPTY_CONTENT,
                    QUIT,
                    IDLE ->
                    lost("the host spoke out of turn");
        };
    }

    /// TLS stands: the verdict comes before anything else is said.
    Step secured(SessionInput.Secured input) {
        Evidence.Encrypted encrypted = input.evidence();
        evidence = encrypted;
        exported = input.exported();
        List<Unmet> unmet = TlsDemand.unmet(host.demands(), encrypted);
        return switch (host.tlsMode()) {
            case IMPLICIT ->
                    unmet.isEmpty() ? await(Wait.GREETING) : unmet(unmet, encrypted, Goodbye.NONE);
            case STARTTLS -> unmet.isEmpty() ? hello() : unmet(unmet, encrypted, Goodbye.QUIT);
        };
    }

    Step tlsFailed(String detail) {
        return tlsFailed(Shortfall.HANDSHAKE_FAILED, detail, Goodbye.NONE);
    }

    Step timedOut() {
        String stalled = HostTrouble.stalled(waitingFor, outbox.limit(waitingFor));
        if (isSecuring()) return tlsFailed(stalled);
        return broke(trouble.timedOut(waitingFor, outbox.limit(waitingFor)));
    }

    Step lost(String detail) {
        if (isSecuring()) return tlsFailed(detail);
        return broke(trouble.lost(waitingFor, detail));
    }

    /// The host said what is no reply. While it waits for credentials, or has them, that may be they.
    Step nonsense(String why) {
        boolean maySay = waitingFor != Wait.AUTH;
        return lost(maySay ? why : "what came is no reply " + AuthExchange.WITHHELD);
    }

    private boolean isSecuring() {
        return waitingFor == Wait.STARTTLS || waitingFor == Wait.HANDSHAKE;
    }

    private Step hello() {
        outbox.send(hello + " " + helloName + "\r\n");
        return await(Wait.HELLO);
    }

    private Step helloAccepted(Reply reply) {
        // What was offered in clear is forgotten with this reply (RFC 3207 §4.2).
        extensions = hello == Hello.EHLO ? Extensions.of(reply) : Extensions.NONE;
        boolean clear = evidence instanceof Evidence.Plaintext;
        if (clear && tlsUse == TlsUse.TRY && extensions.offers(Extension.STARTTLS)) {
            outbox.send("STARTTLS\r\n");
            return await(Wait.STARTTLS);
        }
        return settled();
    }

    private Step helloRefused(Reply reply) {
        boolean mayDoWithout =
                hello == Hello.EHLO
                        && evidence instanceof Evidence.Plaintext
                        && reply.isPermanent()
                        && host.demands().isEmpty()
                        && host.identity().isEmpty();
        if (!mayDoWithout) return refused(reply);
        hello = Hello.HELO;
        return hello();
    }

    private Step startTlsAnswered(Reply reply, boolean moreInClear) {
        if (!isPositive(reply)) {
            return tlsFailed(Shortfall.REFUSED, HostTrouble.quoted(reply).toString(), Goodbye.QUIT);
        }
        // Whoever could put words in clear here wants them taken for encrypted ones (RFC 3207
        // §4.2).
        if (moreInClear) return tlsFailed("something spoke in clear after STARTTLS");
        return startTls();
    }

    private Step startTls() {
        outbox.add(new SessionOutput.StartTls());
        return await(Wait.HANDSHAKE);
    }

    private Step settled() {
        List<Unmet> unmet = TlsDemand.unmet(host.demands(), evidence);
        if (unmet.isEmpty()) unmet = RequireTls.unmet(host.demands(), evidence, extensions);
        if (!unmet.isEmpty()) return unmet(unmet, evidence, Goodbye.QUIT);
        if (evidence instanceof Evidence.Plaintext(var why, var detail)
                && host.plaintextFallback() == PlaintextFallback.NEVER) {
            return notServed(
                    trouble.noTls(why, detail + ", and plaintextFallback is never"), Goodbye.QUIT);
        }
        if (host.identity().isEmpty()) return new Step.Opened(extensions, evidence);
        return authenticate();
    }

    private Step authenticate() {
        return switch (evidence) {
            case Evidence.Plaintext _ ->
                    notServed(
                            trouble.notAuthenticated("credentials are never sent in clear"),
                            Goodbye.QUIT);
            case Evidence.Encrypted encrypted -> authenticate(encrypted);
        };
    }

    private Step authenticate(Evidence.Encrypted encrypted) {
        SmartHostAuth identity = host.identity().getFirst();
        var offer =
                new SaslChoice.Offer(
                        identity.saslMechanisms(),
                        extensions.authMechanisms(),
                        bindings(encrypted, exported));
        var login = new SaslChoice.Login(identity.username(), secret(identity));
        return SaslChoice.strongest(login, offer, nonces)
                .map(choice -> beginAuth(new AuthExchange(choice)))
                .orElseGet(() -> notServed(trouble.noMechanism(offer.offered()), Goodbye.QUIT));
    }

    private static String secret(SmartHostAuth identity) {
        return switch (identity.secret()) {
            case SmartHostAuth.Password(var text) -> text;
            case SmartHostAuth.AccessToken(var text) -> text;
            case TokenGrant _ -> throw new IllegalStateException("the plan has no token");
        };
    }

    private static List<ChannelBinding> bindings(
            Evidence.Encrypted encrypted, List<ChannelBinding> exported) {
        return Stream.concat(
                        exported.stream(),
                        encrypted.chain().stream()
                                .limit(1)
                                .flatMap(leaf -> ChannelBinding.endPoint(leaf).stream()))
                .toList();
    }

    private Step beginAuth(AuthExchange exchange) {
        auth = exchange;
        outbox.sendCredentials(exchange.command() + "\r\n", exchange.shownCommand());
        return await(Wait.AUTH);
    }

    private Step authAnswered(Reply reply) {
        // A host that still waits for a response would take QUIT for one.
        Goodbye goodbye = reply.code() / 100 == 3 ? Goodbye.NONE : Goodbye.QUIT;
        return switch (Objects.requireNonNull(auth).on(reply)) {
            case AuthExchange.Step.Respond(var line) -> respond(line);
            case AuthExchange.Step.Derive(var derivation) -> {
                outbox.add(new SessionOutput.Derive(derivation));
                yield await(Wait.AUTH);
            }
            case AuthExchange.Step.Accepted _ -> new Step.Opened(extensions, evidence);
            case AuthExchange.Step.Refused(var complaint) ->
                    notServed(trouble.notAuthenticated(reply, complaint), goodbye);
            case AuthExchange.Step.GivenUp(var why) ->
                    notServed(trouble.notAuthenticated(why), goodbye);
        };
    }

    private Step respond(String line) {
        outbox.sendCredentials(line + "\r\n", AuthExchange.WITHHELD);
        return await(Wait.AUTH);
    }

    /// The keys are there that the host's challenge asked for.
    Step derived(ScramKeys keys) {
        return switch (Objects.requireNonNull(auth).derived(keys)) {
            case AuthExchange.Step.Respond(var line) -> respond(line);
            case AuthExchange.Step.GivenUp(var why) ->
                    notServed(trouble.notAuthenticated(why), Goodbye.NONE);
            case AuthExchange.Step.Derive _,
                    AuthExchange.Step.Accepted _,
                    AuthExchange.Step.Refused _ ->
                    throw new IllegalStateException("keys give a response");
        };
    }

    private Step tlsFailed(Shortfall why, String detail, Goodbye goodbye) {
        var clear = new Evidence.Plaintext(why, detail);
        List<Unmet> unmet = TlsDemand.unmet(host.demands(), clear);
        if (!unmet.isEmpty()) return unmet(unmet, clear, goodbye);
        // Where TLS is implicit there is no other way to speak to this port.
        TlsTrouble tls = host.tlsMode() == TlsMode.IMPLICIT ? TlsTrouble.NONE : TlsTrouble.FAILED;
        return new Step.Failed(new SessionEnd.NotServed(trouble.noTls(why, detail), tls), goodbye);
    }

    private Step unmet(List<Unmet> unmet, Evidence judged, Goodbye goodbye) {
        return new Step.Failed(
                new SessionEnd.DemandsUnmet(trouble.unmet(unmet), unmet, judged), goodbye);
    }

    private Step refused(Reply reply) {
        return notServed(trouble.refusedUs(reply, waitingFor), Goodbye.QUIT);
    }

    private static Step notServed(Diagnostic why, Goodbye goodbye) {
        return new Step.Failed(new SessionEnd.NotServed(why, TlsTrouble.NONE), goodbye);
    }

    /// A host that dislikes our side of a TLS 1.3 handshake says so after we took it for done.
    private Step broke(Diagnostic why) {
        boolean justSecured =
                waitingFor == Wait.HELLO
                        && evidence instanceof Evidence.Encrypted
                        && host.tlsMode() == TlsMode.STARTTLS;
        TlsTrouble tls = justSecured ? TlsTrouble.FAILED : TlsTrouble.NONE;
        return new Step.Failed(new SessionEnd.NotServed(why, tls), Goodbye.NONE);
    }

    private Step await(Wait next) {
        waitingFor = next;
        outbox.await(next);
        return new Step.Pending();
    }

    private static boolean isPositive(Reply reply) {
        return reply.code() / 100 == 2;
    }
}
