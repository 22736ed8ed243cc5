package relay.server.outbound;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CRLReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;
import relay.core.tls.StapledStatus;

/// Reads the OCSP response that a host staples, and accepts it as RFC 6960 §3.2 says: it is of the
/// host's certificate, signed by that certificate's issuer or by one whom the issuer lets sign (RFC
/// 6960 §4.2.2.2), and its time is now. The library of the JDK does the same, but not for responses
/// that name the certificate by SHA-256 (docs/adr/0014). Nobody is asked over the network.
///
/// `known` are certificates among which the issuer may be. Pure; takes CPU: not for an event loop.
record StapledResponse(X509Certificate leaf, Collection<X509Certificate> known, Instant now) {
    /// As much as a chain of certificates has; a response has 2 KiB.
    private static final int MAX_BYTES = 64 * 1024;

    private static final int MAX_RESPONDERS = 4;

    /// Between our clock and the responder's.
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    /// Of a response that does not say until when it holds, as there is a newer one at any time (RFC
    /// 6960 §4.2.2.1).
    private static final Duration MAX_AGE = Duration.ofDays(1);

    private static final String TLS_FEATURES = "1.3.6.1.5.5.7.1.24";
    private static final int STATUS_REQUEST = 5;

    /// Of `stapled` in DER; empty where there is none.
    StapledStatus of(byte[] stapled) {
        if (stapled.length == 0) {
            return isPromised() ? new StapledStatus.Missing() : new StapledStatus.None();
        }
        if (stapled.length > MAX_BYTES) return new StapledStatus.Unusable("it is too long");
        try {
            return read(new OCSPResp(stapled));
        } catch (IOException
                | OCSPException
                | OperatorCreationException
                | CertificateException
                | RuntimeException _) {
            return new StapledStatus.Unusable("it cannot be read");
        }
    }

    /// Whether the certificate says that its host always staples (RFC 7633 §4.2.3).
    private boolean isPromised() {
        byte[] extension = leaf.getExtensionValue(TLS_FEATURES);
        if (extension == null) return false;
        try {
            var features =
                    ASN1Sequence.getInstance(ASN1OctetString.getInstance(extension).getOctets());
            return Stream.of(features.toArray())
                    .anyMatch(feature -> ASN1Integer.getInstance(feature).hasValue(STATUS_REQUEST));
        } catch (IllegalArgumentException _) {
            // What cannot be read may well be this.
            return true;
        }
    }

    private StapledStatus read(OCSPResp response)
            throws OCSPException, OperatorCreationException, CertificateException {
        if (response.getStatus() != OCSPResp.SUCCESSFUL
                || !(response.getResponseObject() instanceof BasicOCSPResp basic)) {
            return new StapledStatus.Unusable("the responder had no answer");
        }
        Optional<X509Certificate> issuer = known.stream().filter(this::hasSignedLeaf).findFirst();
        if (issuer.isEmpty()) {
            return new StapledStatus.Unusable("the certificate's issuer is not known");
        }
        if (!isSignedFor(issuer.get(), basic)) {
            return new StapledStatus.Unusable("it is not signed for the certificate's issuer");
        }
        SingleResp single = about(issuer.get(), basic);
        if (single == null) return new StapledStatus.Unusable("it is of another certificate");
        return isCurrent(single)
                ? status(single.getCertStatus())
                : new StapledStatus.Unusable("it is out of date: of " + dates(single));
    }

    private boolean hasSignedLeaf(X509Certificate issuer) {
        return issuer.getSubjectX500Principal().equals(leaf.getIssuerX500Principal())
                && !issuer.equals(leaf)
                && isSignedBy(leaf, issuer);
    }

    private static boolean isSignedBy(X509Certificate signed, X509Certificate issuer) {
        try {
            signed.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private boolean isSignedFor(X509Certificate issuer, BasicOCSPResp response)
            throws CertificateException {
        if (isSignedBy(response, new JcaX509CertificateHolder(issuer))) return true;
        return Stream.of(response.getCerts())
                .limit(MAX_RESPONDERS)
                .anyMatch(one -> isResponder(one, issuer) && isSignedBy(response, one));
    }

    private static boolean isSignedBy(BasicOCSPResp response, X509CertificateHolder signer) {
        try {
            return response.isSignatureValid(new JcaContentVerifierProviderBuilder().build(signer));
        } catch (OCSPException | OperatorCreationException | CertificateException _) {
            return false;
        }
    }

    /// Whether the issuer itself lets `certificate` sign responses, and does so now.
    private boolean isResponder(X509CertificateHolder certificate, X509Certificate issuer) {
        var usage = ExtendedKeyUsage.fromExtensions(certificate.getExtensions());
        if (usage == null || !usage.hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning)) return false;
        try {
            var ofIssuer = new JcaX509CertificateHolder(issuer);
            return certificate.getIssuer().equals(ofIssuer.getSubject())
                    && certificate.isValidOn(Date.from(now))
                    && certificate.isSignatureValid(
                            new JcaContentVerifierProviderBuilder().build(ofIssuer));
        } catch (CertException | OperatorCreationException | CertificateException _) {
            return false;
        }
    }

    private @Nullable SingleResp about(X509Certificate issuer, BasicOCSPResp response)
            throws OCSPException, OperatorCreationException, CertificateException {
        var digests = new JcaDigestCalculatorProviderBuilder().build();
        var ofIssuer = new JcaX509CertificateHolder(issuer);
        for (SingleResp single : response.getResponses()) {
            if (single.getCertID().getSerialNumber().equals(leaf.getSerialNumber())
                    && single.getCertID().matchesIssuer(ofIssuer, digests)) {
                return single;
            }
        }
        return null;
    }

    private boolean isCurrent(SingleResp single) {
        Instant from = single.getThisUpdate().toInstant();
        return !from.isAfter(now.plus(CLOCK_SKEW))
                && !until(single).isBefore(now.minus(CLOCK_SKEW));
    }

    private static Instant until(SingleResp single) {
        Date next = single.getNextUpdate();
        return next == null ? single.getThisUpdate().toInstant().plus(MAX_AGE) : next.toInstant();
    }

    private static String dates(SingleResp single) {
        return single.getThisUpdate().toInstant() + ", until " + until(single);
    }

    /// No status means good, as the library has it.
    private static StapledStatus status(@Nullable CertificateStatus status) {
        if (status == null) return new StapledStatus.Good();
        if (!(status instanceof RevokedStatus revoked)) {
            return new StapledStatus.Unusable("the issuer does not know the certificate");
        }
        String since = "since " + revoked.getRevocationTime().toInstant();
        return new StapledStatus.Revoked(
                revoked.hasRevocationReason()
                        ? since + ", " + reason(revoked.getRevocationReason())
                        : since);
    }

    /// RFC 5280 §5.3.1.
    private static String reason(int code) {
        CRLReason[] reasons = CRLReason.values();
        return code >= 0 && code < reasons.length
                ? reasons[code].name().toLowerCase(Locale.ROOT).replace('_', ' ')
                : "reason " + code;
    }
}
