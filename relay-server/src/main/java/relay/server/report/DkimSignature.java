package relay.server.report;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.time.Instant;
import org.apache.james.jdkim.DKIMSigner;
import org.apache.james.jdkim.exceptions.FailException;
import relay.core.address.Domain;

/// Signs reports that go by mail for the domain that sends them (RFC 8460 §3, RFC 6376), with an RSA
/// key and SHA-256 (RFC 8301 §3.1). Immutable; any thread.
public record DkimSignature(Domain domain, Domain selector, PrivateKey key) {
    /// What of the head a receiver looks at. A field that is not there is signed as missing.
    private static final String FIELDS =
            "from:to:date:subject:message-id:mime-version:content-type:tls-report-domain"
                    + ":tls-report-submitter:tls-required:auto-submitted";

    /// `message` with its signature before it. ASCII, lines ended by CR LF.
    byte[] sign(byte[] message, Instant now) {
        String template =
                "v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=%s; t=%d; h=%s; bh=; b=;"
                        .formatted(domain, selector, now.getEpochSecond(), FIELDS);
        try {
            String field = new DKIMSigner(template, key).sign(new ByteArrayInputStream(message));
            var signed = new ByteArrayOutputStream(field.length() + 2 + message.length);
            signed.write((field + "\r\n").getBytes(StandardCharsets.US_ASCII));
            signed.write(message);
            return signed.toByteArray();
        } catch (FailException | IOException impossible) {
            // The message is our own and in memory; the key was read with the configuration.
            throw new IllegalStateException(impossible);
        }
    }
}
