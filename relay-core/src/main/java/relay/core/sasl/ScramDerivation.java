package relay.core.sasl;

import java.nio.ByteBuffer;

/// What SCRAM keys are made of: a password (prepared by [SaslPrep]), a salt, and how often it is
/// hashed. [#run] takes CPU for a tenth of a second and more: not for an event loop. Any thread.
public record ScramDerivation(String password, ByteBuffer salt, int iterations) {
    public ScramDerivation {
        salt = salt.asReadOnlyBuffer();
        if (password.isEmpty() || !salt.hasRemaining() || iterations < 1)
            throw new IllegalArgumentException("password, salt and iterations are needed");
    }

    public ScramKeys run() {
        byte[] bytes = new byte[salt.remaining()];
        salt.duplicate().get(bytes);
        return ScramKeys.of(Hashes.pbkdf2(password, bytes, iterations));
    }

    /// Hides the password.
    @Override
    public String toString() {
        return iterations + " iterations";
    }
}
