package relay.core.tls;

/// What a host staples to its handshake on whether its certificate still holds: an OCSP response of
/// the certificate's issuer (RFC 6066 §8, RFC 6960). It counts wherever an issuer's word counts for
/// a demand, see [TlsDemand]. Nobody is asked for what is not stapled. Details are short texts for
/// people, with no line ends.
public sealed interface StapledStatus {

    /// Nothing is stapled, and the certificate promises nothing of the kind.
    record None() implements StapledStatus {}

    record Good() implements StapledStatus {}

    /// The issuer takes the certificate back. `detail` says since when and why.
    record Revoked(String detail) implements StapledStatus {}

    /// What is stapled does not say that the certificate holds: it cannot be read, is out of date,
    /// is of another certificate, or of nobody who may speak for the issuer; or the issuer does not
    /// know the certificate.
    record Unusable(String detail) implements StapledStatus {}

    /// Nothing is stapled, though the certificate promises it (RFC 7633 §4.2.3).
    record Missing() implements StapledStatus {}

    /// The word in records and reports.
    default String label() {
        return switch (this) {
            case None _ -> "none";
            case Good _ -> "good";
            case Revoked _ -> "revoked";
            case Unusable _ -> "invalid";
            case Missing _ -> "missing";
        };
    }

    /// The label, and what more there is to say.
    default String text() {
        return switch (this) {
            case Revoked(var detail) -> label() + ": " + detail;
            case Unusable(var detail) -> label() + ": " + detail;
            case None _, Good _, Missing _ -> label();
        };
    }
}
