package relay.server.notice;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import relay.core.tls.Unmet.Shortfall;

/// One unmet TLS demand in plain words: what was demanded and by whom, what was seen, what the
/// partner has to mend. Read from the text of an [relay.core.tls.Unmet], which is what a diagnostic
/// keeps of it.
public record TlsAdvice(String demand, String seen, String remedy) {

    /// Empty where the text is none of an unmet demand.
    public static Optional<TlsAdvice> of(String unmet) {
        return Stream.of(Shortfall.values())
                .filter(shortfall -> unmet.contains(mark(shortfall)))
                .min(Comparator.comparingInt(shortfall -> unmet.indexOf(mark(shortfall))))
                .map(shortfall -> of(unmet, shortfall));
    }

    private static TlsAdvice of(String unmet, Shortfall shortfall) {
        int at = unmet.indexOf(mark(shortfall));
        String detail = unmet.substring(at + mark(shortfall).length()).strip();
        String seen = seen(shortfall);
        return new TlsAdvice(
                unmet.substring(0, at),
                detail.isEmpty() ? seen : seen + " " + detail,
                remedy(shortfall));
    }

    private static String mark(Shortfall shortfall) {
        return ": " + shortfall.label();
    }

    List<String> lines() {
        return List.of("Demanded: " + demand, "Seen: " + seen, "To be mended there: " + remedy);
    }

    private static String seen(Shortfall shortfall) {
        return switch (shortfall) {
            case NOT_OFFERED -> "the server does not offer encryption";
            case REFUSED -> "the server offers encryption and then refuses it";
            case HANDSHAKE_FAILED -> "no encrypted connection came about";
            case OLD_PROTOCOL -> "the server's version of TLS is too old to be safe";
            case EXPIRED -> "the server's certificate is not valid now";
            case UNTRUSTED -> "the server's certificate is not from an authority that is trusted";
            case REVOKED -> "the server's certificate was taken back by its authority";
            case OCSP_INVALID ->
                    "what the server shows of its certificate's authority does not say that the"
                            + " certificate still holds";
            case OCSP_MISSING ->
                    "the server does not show that its certificate still holds, which the certificate"
                            + " promises";
            case NAME_MISMATCH -> "the server's certificate is for another name";
            case TLSA_MISMATCH ->
                    "the server's certificate is not the one that its owner publishes in the DNS";
            case PIN_MISMATCH ->
                    "the server's certificate is none of those that were agreed on with its owner";
            case SUITE_MISMATCH -> "the server chose a cipher suite that is not accepted";
            case MX_MISMATCH -> "the domain's MTA-STS policy does not list the server";
            case REQUIRETLS_NOT_OFFERED ->
                    "the server does not promise to pass the message on over TLS alone";
        };
    }

    private static String remedy(Shortfall shortfall) {
        return switch (shortfall) {
            case NOT_OFFERED -> "the server must offer STARTTLS to this relay";
            case REFUSED -> "the server must accept STARTTLS; its certificate may be missing";
            case HANDSHAKE_FAILED ->
                    "the server must complete a handshake of TLS 1.2 or 1.3 with a usual cipher";
            case OLD_PROTOCOL -> "the server must offer TLS 1.2 or 1.3";
            case EXPIRED -> "the server's certificate must be renewed, and its chain with it";
            case UNTRUSTED ->
                    "the server must present a certificate of a public authority, with the"
                            + " intermediate certificates";
            case REVOKED -> "the server needs a new certificate, with a new key";
            case OCSP_INVALID ->
                    "the server must staple a fresh OCSP response of its certificate's authority, or"
                            + " none";
            case OCSP_MISSING ->
                    "the server must staple an OCSP response; or it needs a certificate without"
                            + " must-staple (RFC 7633)";
            case NAME_MISMATCH ->
                    "the server's certificate must have the demanded name as a subjectAltName";
            case TLSA_MISMATCH ->
                    "the server's TLSA records and certificate must be brought into agreement: new"
                            + " records first, the certificate two of their lifetimes later";
            case PIN_MISMATCH ->
                    "the server must present the agreed certificate; a new one is announced first,"
                            + " and its SHA-256 added at this relay";
            case SUITE_MISMATCH -> "the server must prefer one of the accepted cipher suites";
            case MX_MISMATCH ->
                    "the domain's MX records and its MTA-STS policy must be brought into agreement,"
                            + " and the id in the DNS changed with the policy";
            case REQUIRETLS_NOT_OFFERED ->
                    "the server must offer REQUIRETLS (RFC 8689); or the message must be sent without"
                            + " requiring it";
        };
    }
}
