package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationNotesTest {
    @TempDir Path temporary;

    @Test
    void whatIsAllowedButPerhapsNotMeantIsNoted() throws IOException {
        // Given connectors with everything that deserves a second look.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                """
                                receiveConnectors:
                                  - name: everyone
                                    bindings: ["0.0.0.0:25"]
                                    remoteIpRanges: ["0.0.0.0/0", "::/0", "10.0.0.0/8"]
                                    openRelay: anyone-may-send-to-anyone
                                    maxMessageSize: 63KiB
                                    maxRecipientsPerMessage: 99
                                sendConnectors:
                                  - name: filter
                                    addressSpaces: ["bank.example"]
                                    smartHosts: ["mx.filter.example:465"]
                                    retry: { expireAfter: 1h }
                                  - name: bank
                                    addressSpaces: ["SMTP:bank.example;1"]
                                  - name: spare
                                    enabled: false
                                    addressSpaces: ["*", "bank.example"]
                                domains:
                                  - domain: "*.clinic.example"
                                    requireTls: true
                                    tlsAuthLevel: DomainValidation
                                  - domain: lab.clinic.example
                                    requireTls: true
                                """)
                        .relay("hostname: relay\nadmin: { listen: \"0.0.0.0:8025\" }\n");

        // When they are read, they are accepted.
        var notes = folder.notes();

        // Then each is pointed out where it stands.
        assertThat(notes)
                .containsExactly(
                        "connectors.yaml:4:22: note: whoever is in `0.0.0.0/0` may send mail to"
                                + " anyone through us",
                        "connectors.yaml:4:35: note: whoever is in `::/0` may send mail to anyone"
                                + " through us",
                        "connectors.yaml:6:5: note: senders may count on 64KiB at the least"
                                + " (RFC 5321 §4.5.3.1.7)",
                        "connectors.yaml:7:5: note: senders may count on 100 at the least"
                                + " (RFC 5321 §4.5.3.1.8)",
                        "connectors.yaml:8:1: note: no enabled connector has the address space"
                                + " \"*\": mail for other domains waits in the queue unreachable",
                        "connectors.yaml:11:18: note: on port 465 TLS usually begins with the"
                                + " first byte: implicit-tls://mx.filter.example:465",
                        "connectors.yaml:12:12: note: mail expires before its sender would be told"
                                + " of the delay",
                        "connectors.yaml:13:5: note: SMTP:bank.example;1 is also an address space"
                                + " of filter: of the two, bank takes all its mail (the first"
                                + " name)",
                        "connectors.yaml:22:13: note: lab.clinic.example demands less than"
                                + " *.clinic.example at connectors.yaml:19:13, and the entry that"
                                + " fits best counts",
                        "relay.yaml:1:11: note: partners may refuse the host name relay: it has no"
                                + " domain",
                        "relay.yaml:2:18: note: the admin port has no password: whoever reaches it"
                                + " reads the queue");
    }

    @Test
    void aPasswordFileThatEveryoneCanReadIsNoted() throws IOException {
        // Given a password file with mode 0644.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(SmartHostAuthTest.withAuth("passwordFile: secret"))
                        .file("secret", "correct horse\n");
        Path secret = temporary.resolve("secret");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));

        // When it is read, and again after its mode is 0600.
        var before = folder.notes();
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        var after = folder.notes();

        // Then the first time there is a note.
        assertThat(before)
                .singleElement()
                .asString()
                .endsWith("secret is readable by everyone: chmod o-rwx it");
        assertThat(after).isEmpty();
    }
}
