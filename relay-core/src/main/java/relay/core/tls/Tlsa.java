package relay.core.tls;

import java.util.List;

/// A TLSA record (RFC 6698 §2.1): what a host's owner publishes of its certificate. `data` is in
/// lower-case hexadecimal.
public record Tlsa(int usage, int selector, int matchingType, String data) {
    private static final int TRUST_ANCHOR = 2;
    private static final int END_ENTITY = 3;
    private static final int WHOLE_CERTIFICATE = 0;
    private static final int PUBLIC_KEY = 1;
    private static final int AS_IT_IS = 0;
    private static final int SHA_256 = 1;
    private static final int SHA_512 = 2;

    /// Those of `published` that count: they can be used, and of several digests of one thing only
    /// the strongest kind counts, so that nobody has to trust the weakest (RFC 7671 §9). Without
    /// duplicates; may be empty.
    public static List<Tlsa> effective(List<Tlsa> published) {
        List<Tlsa> usable = published.stream().filter(Tlsa::isUsable).distinct().toList();
        return usable.stream().filter(record -> record.isOfStrongestKind(usable)).toList();
    }

    /// Usages 0 and 1 bring in public roots that nobody agreed on for SMTP (RFC 7672 §3.1.3); a
    /// digest has the length of its kind.
    boolean isUsable() {
        boolean known =
                (usage == TRUST_ANCHOR || usage == END_ENTITY)
                        && (selector == WHOLE_CERTIFICATE || selector == PUBLIC_KEY);
        return known
                && switch (matchingType) {
                    case AS_IT_IS -> !data.isEmpty();
                    case SHA_256 -> data.length() == 64;
                    case SHA_512 -> data.length() == 128;
                    default -> false;
                };
    }

    private boolean isOfStrongestKind(List<Tlsa> usable) {
        return matchingType == AS_IT_IS
                || usable.stream()
                        .filter(other -> other.usage == usage && other.selector == selector)
                        .noneMatch(other -> other.matchingType > matchingType);
    }

    /// Whether the record is about the host's own certificate (DANE-EE).
    public boolean isForHost() {
        return usage == END_ENTITY;
    }

    /// Whether it is about a certificate that vouches for the host's (DANE-TA).
    public boolean isForIssuer() {
        return usage == TRUST_ANCHOR;
    }

    /// The whole of what a record about an issuer holds, where it is no digest: a certificate or a
    /// public key that the host need not send. Empty otherwise.
    public String anchor() {
        return isForIssuer() && matchingType == AS_IT_IS ? data : "";
    }

    /// Whether [#anchor] is a public key, and not a certificate.
    public boolean isOfKey() {
        return selector == PUBLIC_KEY;
    }

    /// Whether it matches, whatever its usage.
    boolean matches(CertificateDigests certificate) {
        var forms =
                selector == WHOLE_CERTIFICATE ? certificate.certificate() : certificate.publicKey();
        return switch (matchingType) {
            case AS_IT_IS -> forms.whole().equals(data);
            case SHA_256 -> forms.sha256().equals(data);
            case SHA_512 -> forms.sha512().equals(data);
            default -> false;
        };
    }

    /// As a zone file has it, a long one cut: `3 1 1 8cb0fc6c527506a0…`.
    @Override
    public String toString() {
        String shown = data.length() > 16 ? data.substring(0, 16) + "…" : data;
        return usage + " " + selector + " " + matchingType + " " + shown;
    }
}
