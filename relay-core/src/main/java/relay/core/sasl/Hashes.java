package relay.core.sasl;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.spec.KeySpec;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// The functions that the mechanisms are made of; every JDK has them.
final class Hashes {
    private static final int SHA_256_BITS = 256;

    private Hashes() {}

    static byte[] hmac(String algorithm, byte[] key, byte[] text) {
        try {
            var mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    static byte[] hmacSha256(byte[] key, byte[] text) {
        return hmac("HmacSHA256", key, text);
    }

    static byte[] sha256(byte[] text) {
        return digest("SHA-256", text);
    }

    static byte[] digest(String algorithm, byte[] text) {
        try {
            return MessageDigest.getInstance(algorithm).digest(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    /// Hi() of RFC 5802 §2.2, which is PBKDF2 with one block.
    static byte[] pbkdf2(String password, byte[] salt, int iterations) {
        KeySpec wanted = new PBEKeySpec(password.toCharArray(), salt, iterations, SHA_256_BITS);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(wanted)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PBKDF2", e);
        }
    }
}
