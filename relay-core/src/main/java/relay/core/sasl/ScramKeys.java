package relay.core.sasl;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// The keys of SCRAM-SHA-256 that are made of a password (RFC 5802 §3). As secret as the password.
public final class ScramKeys {
    private final byte[] clientKey;
    private final byte[] serverKey;

    private ScramKeys(byte[] clientKey, byte[] serverKey) {
        this.clientKey = clientKey;
        this.serverKey = serverKey;
    }

    static ScramKeys of(byte[] saltedPassword) {
        return new ScramKeys(
                Hashes.hmacSha256(saltedPassword, "Client Key".getBytes(US_ASCII)),
                Hashes.hmacSha256(saltedPassword, "Server Key".getBytes(US_ASCII)));
    }

    /// What a server keeps to check a client by.
    byte[] storedKey() {
        return Hashes.sha256(clientKey);
    }

    /// What a server keeps to prove itself by.
    byte[] serverKey() {
        return serverKey.clone();
    }

    /// What shows, for this exchange alone, that we know the password.
    byte[] clientProof(String authMessage) {
        byte[] signature = Hashes.hmacSha256(Hashes.sha256(clientKey), utf8(authMessage));
        byte[] proof = new byte[signature.length];
        for (int i = 0; i < proof.length; i++) proof[i] = (byte) (clientKey[i] ^ signature[i]);
        return proof;
    }

    /// Whether `signature` shows that the other side knows the password, too.
    boolean isServerSignature(byte[] signature, String authMessage) {
        return MessageDigest.isEqual(Hashes.hmacSha256(serverKey, utf8(authMessage)), signature);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
