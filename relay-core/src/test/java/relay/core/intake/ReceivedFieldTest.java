package relay.core.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.intake.ReceivedField.Login;
import relay.core.queue.QueueId;
import relay.core.smtp.MailParameters.SmtpUtf8;
import relay.core.smtp.Verb;
import relay.core.tls.Evidence;
import relay.core.tls.Unmet.Shortfall;

class ReceivedFieldTest {
    private static final Evidence CLEAR = new Evidence.Plaintext(Shortfall.NOT_OFFERED, "");
    private static final Evidence TLS =
            new Evidence.Encrypted(
                    Evidence.TlsVersion.TLS_1_2,
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "",
                    new Evidence.ChainVerdict.Untrusted(""),
                    Set.of(),
                    List.of());

    @Test
    void theProtocolIsNamedAsRegistered() {
        // Then each kind of session has its name (RFC 3848 §1, RFC 6531 §4.3).
        assertThat(field(Verb.HELO, CLEAR, SmtpUtf8.NOT_ASKED)).contains(" with SMTP id ");
        assertThat(field(Verb.EHLO, CLEAR, SmtpUtf8.NOT_ASKED)).contains(" with ESMTP id ");
        assertThat(field(Verb.EHLO, TLS, SmtpUtf8.NOT_ASKED)).contains(" with ESMTPS id ");
        assertThat(field(Verb.EHLO, CLEAR, SmtpUtf8.ASKED)).contains(" with UTF8SMTP id ");
        assertThat(field(Verb.EHLO, TLS, SmtpUtf8.ASKED)).contains(" with UTF8SMTPS id ");
    }

    @Test
    void itIsFoldedIntoWholeShortLines() {
        // Given the longest of the usual fields.
        String field = field(Verb.EHLO, TLS, SmtpUtf8.ASKED);

        // Then it stands in lines as RFC 5322 §2.1.1 wants them, each with its end.
        assertThat(field)
                .isEqualTo(
                        """
                        Received: from client.example.org ([IPv6:2001:db8:0:0:0:0:0:1])
                        	(TLSv1.2 with cipher TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
                        	by relay.example.net with UTF8SMTPS id 1VVVV
                        	for <b@bank.example>;
                        	Mon, 23 Nov 2026 12:00:00 +0000
                        """
                                .replace("\n", "\r\n"));
        assertThat(field.lines()).allMatch(line -> line.length() <= 78);
    }

    @Test
    void aLoginShowsInTheProtocol() {
        assertThat(field(Verb.EHLO, TLS, SmtpUtf8.NOT_ASKED, Login.YES))
                .contains(" with ESMTPSA id ");
        assertThat(field(Verb.EHLO, TLS, SmtpUtf8.ASKED, Login.YES))
                .contains(" with UTF8SMTPSA id ");
    }

    private static String field(Verb hello, Evidence tls, SmtpUtf8 smtpUtf8) {
        return field(hello, tls, smtpUtf8, Login.NO);
    }

    private static String field(Verb hello, Evidence tls, SmtpUtf8 smtpUtf8, Login login) {
        return new ReceivedField(
                        hello,
                        "client.example.org",
                        "",
                        InetAddress.ofLiteral("2001:db8::1"),
                        tls,
                        login,
                        Fixtures.HOSTNAME,
                        smtpUtf8,
                        new QueueId((1 << 21) - 1),
                        DirectPeer.NOW,
                        List.of(new Mailbox("b", new Domain("bank.example"))))
                .text();
    }
}
