package relay.core.sasl;

import relay.core.sasl.SaslServer.Verdict;

/// A password that a client has told. [#run] takes CPU for a tenth of a second and more, as long
/// for a user who does not exist. Any thread.
public record PasswordCheck(ScramVerifier verifier, String username, String password) {

    public Verdict run() {
        return verifier.accepts(password) ? new Verdict.Accepted(username) : new Verdict.Refused();
    }

    /// Hides the password.
    @Override
    public String toString() {
        return "a password of " + username;
    }
}
