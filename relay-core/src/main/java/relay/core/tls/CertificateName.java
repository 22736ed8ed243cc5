package relay.core.tls;

/// Compares a DNS name in a certificate with a wanted name (RFC 9525 §6.3). A wildcard is the whole
/// left-most label and stands for exactly one label.
final class CertificateName {
    private static final String WILDCARD = "*.";

    private CertificateName() {}

    /// `presented` is a DNS-ID of the certificate, `wanted` a reference name or `*.x`, which
    /// accepts any one label below `x`. Both are in lower case with A-labels.
    static boolean fits(String presented, String wanted) {
        if (presented.equals(wanted)) return true;
        if (wanted.startsWith(WILDCARD)) return isOneLabelBelow(presented, wanted);
        return presented.startsWith(WILDCARD) && isOneLabelBelow(wanted, presented);
    }

    private static boolean isOneLabelBelow(String name, String pattern) {
        int dot = name.indexOf('.');
        if (dot <= 0 || name.startsWith(WILDCARD)) return false;
        String parent = pattern.substring(WILDCARD.length());
        // A wildcard directly below a top-level domain would stand for half the Internet.
        return parent.indexOf('.') > 0 && name.substring(dot + 1).equals(parent);
    }
}
