package relay.server.outbound;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.cert.ocsp.jcajce.JcaBasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.jcajce.JcaCertificateID;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;
import relay.server.outbound.TestCertificates.Identity;

/// Makes OCSP responses about certificates below `issuer`, signed by `signer`; `sent` comes with
/// them. Of an hour ago, and good for a day, unless it says otherwise.
record TestOcsp(
        X509Certificate issuer,
        KeyPair signer,
        List<X509Certificate> sent,
        Instant from,
        @Nullable Instant until,
        ASN1ObjectIdentifier digest) {

    TestOcsp(X509Certificate issuer, KeyPair signer, List<X509Certificate> sent) {
        this(
                issuer,
                signer,
                sent,
                TestCertificates.NOW.minus(Duration.ofHours(1)),
                TestCertificates.NOW.plus(Duration.ofDays(1)),
                OIWObjectIdentifiers.idSHA1);
    }

    TestOcsp by(Identity responder) {
        return new TestOcsp(
                issuer, responder.keys(), List.of(responder.leaf()), from, until, digest);
    }

    TestOcsp dated(Instant from, @Nullable Instant until) {
        return new TestOcsp(issuer, signer, sent, from, until, digest);
    }

    /// Names the certificate by SHA-256, and not by SHA-1.
    TestOcsp bySha256() {
        return new TestOcsp(issuer, signer, sent, from, until, NISTObjectIdentifiers.id_sha256);
    }

    byte[] good(X509Certificate of) {
        return response(of, CertificateStatus.GOOD);
    }

    /// Since a day before, for a key that was lost.
    byte[] revoked(X509Certificate of) {
        var since = Date.from(TestCertificates.NOW.minus(Duration.ofDays(1)));
        return response(of, new RevokedStatus(since, 1));
    }

    byte[] unknown(X509Certificate of) {
        return response(of, new UnknownStatus());
    }

    static byte[] tryLater() {
        try {
            return new OCSPRespBuilder().build(OCSPRespBuilder.TRY_LATER, null).getEncoded();
        } catch (OCSPException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] response(X509Certificate of, @Nullable CertificateStatus status) {
        try {
            var digests =
                    new JcaDigestCalculatorProviderBuilder()
                            .build()
                            .get(new AlgorithmIdentifier(digest));
            var id = new JcaCertificateID(digests, issuer, of.getSerialNumber());
            var builder = new JcaBasicOCSPRespBuilder(issuer.getSubjectX500Principal());
            builder.addResponse(
                    id, status, Date.from(from), until == null ? null : Date.from(until), null);
            var holders = new X509CertificateHolder[sent.size()];
            for (int i = 0; i < holders.length; i++) {
                holders[i] = new JcaX509CertificateHolder(sent.get(i));
            }
            var basic =
                    builder.build(
                            new JcaContentSignerBuilder("SHA256withECDSA")
                                    .build(signer.getPrivate()),
                            holders,
                            Date.from(from));
            return new OCSPRespBuilder().build(OCSPResp.SUCCESSFUL, basic).getEncoded();
        } catch (OCSPException
                | OperatorCreationException
                | GeneralSecurityException
                | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
