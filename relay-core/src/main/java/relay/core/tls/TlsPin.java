package relay.core.tls;

/// A digest that the operator wrote down of a certificate, or of its public key
/// (SubjectPublicKeyInfo): SHA-256 in lower-case hexadecimal.
public record TlsPin(Subject subject, String sha256) {

    /// What the digest is of. A pin of a certificate ends with its renewal, one of a key lasts as
    /// long as the host keeps the key.
    public enum Subject {
        CERTIFICATE("cert"),
        KEY("key");

        private final String label;

        Subject(String label) {
            this.label = label;
        }

        /// The word in the configuration.
        public String label() {
            return label;
        }
    }

    boolean matches(CertificateDigests certificate) {
        return switch (subject) {
            case CERTIFICATE -> certificate.certificate().sha256().equals(sha256);
            case KEY -> certificate.publicKey().sha256().equals(sha256);
        };
    }

    /// As the configuration has it: `sha256/cert:8cb0fc…`, whole.
    @Override
    public String toString() {
        return "sha256/" + subject.label() + ":" + sha256;
    }
}
