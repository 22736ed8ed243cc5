package relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import relay.core.routing.ReceiveConnector.Authentication;
import relay.core.routing.ReceiveConnector.Authentication.Need;
import relay.core.routing.SendConnector;
import relay.core.routing.SmartHostAuth;
import relay.core.routing.SmartHostAuth.Password;
import relay.core.routing.TokenGrant;
import relay.core.sasl.SaslMechanism;
import relay.core.sasl.SaslUsers;
import relay.core.sasl.ScramVerifier;
import relay.core.tls.TlsRequirement.DomainValidation;
import relay.core.tls.TlsRequirement.EncryptionOnly;
import relay.core.tls.TlsRequirement.None;

class SmartHostAuthTest {
    @TempDir Path temporary;

    static String withAuth(String... lines) {
        return """
        receiveConnectors:
          - name: internal
            bindings: ["127.0.0.1:2525"]
            remoteIpRanges: ["127.0.0.0/8"]
        sendConnectors:
          - name: filter
            addressSpaces: ["*"]
            smartHosts: ["mx.filter.example"]
            smartHostAuth:
              mechanism: BasicAuthRequireTLS
              username: relay
        """
                + "      "
                + String.join("\n", lines)
                + "\n";
    }

    @ParameterizedTest
    @CsvSource({"'pass', 'pass'", "'pass\n', 'pass'", "'pass\r\n', 'pass'", "' pass \n', ' pass '"})
    void theLastLineEndOfAPasswordFileIsDroppedAndNothingElse(String content, String password)
            throws IOException {
        // Given a password file as editors and scripts write them.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(withAuth("passwordFile: secret"))
                        .file("secret", content);

        // When it is read.
        SendConnector connector = folder.accepted().sendConnectors().getFirst();

        // Then the password is its content.
        assertThat(connector.identity().orElseThrow().secret()).isEqualTo(new Password(password));
    }

    @Test
    void aPasswordMayComeFromTheEnvironment() throws IOException {
        // Given a connector that names a variable.
        var folder =
                ConfFolder.in(temporary).connectors(withAuth("password: \"${FILTER_PASSWORD}\""));

        // When it is read.
        Configuration read = folder.accepted();

        // Then the password is the variable's value, and nothing prints it.
        assertThat(read.sendConnectors().getFirst().identity().orElseThrow().secret())
                .isEqualTo(new Password("from env"));
        assertThat(read.toString()).doesNotContain("from env");
    }

    @Test
    void aPasswordWithoutALevelAsksForACertificateOfTheHostsName() throws IOException {
        // Given a connector with a password that requires TLS and names no level.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                withAuth(
                                        "password: \"${FILTER_PASSWORD}\"",
                                        "    requireTls: true"));

        // When it is read.
        var tls = folder.accepted().sendConnectors().getFirst().tls();

        // Then the connector's demand is not taken for the operator's leave to skip the name.
        assertThat(tls).isEqualTo(new DomainValidation(Set.of()));
    }

    @Test
    void theMechanismsThatMayBeUsedAreThoseThatAreNamed() throws IOException {
        // Given a connector that names two, and one that names none.
        var strict =
                ConfFolder.in(temporary)
                        .connectors(
                                withAuth(
                                        "password: \"${FILTER_PASSWORD}\"",
                                        "      saslMechanisms: [SCRAM-SHA-256, SCRAM-SHA-256-PLUS]"));
        var named = strict.accepted().sendConnectors().getFirst().identity().orElseThrow();
        var silent = strict.connectors(withAuth("password: \"${FILTER_PASSWORD}\""));

        // When they are read.
        var all = silent.accepted().sendConnectors().getFirst().identity().orElseThrow();

        // Then the first has those two alone, and the second every one for a password.
        assertThat(named.saslMechanisms())
                .containsExactlyInAnyOrder(
                        SaslMechanism.SCRAM_SHA_256, SaslMechanism.SCRAM_SHA_256_PLUS);
        assertThat(all.saslMechanisms()).isEqualTo(SaslMechanism.ofPasswords());
    }

    @Test
    void anAccessTokenIsFetchedAsTheKeysSay() throws IOException {
        // Given a connector with a refresh token, and no secret of the client.
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                withAuth(
                                                "tokenEndpoint: https://login.example/oauth2/token",
                                                "      clientId: our-client",
                                                "      grant: refresh_token",
                                                "      refreshTokenFile: secrets/refresh",
                                                "      scope: mail.send offline_access")
                                        .replace("BasicAuthRequireTLS", "OAuth2"))
                        .file("secrets/refresh", "r3fresh\n");

        // When it is read.
        Configuration read = folder.accepted();

        // Then the identity is a grant for the mechanisms of tokens, and nothing prints the secret.
        var identity = read.sendConnectors().getFirst().identity().orElseThrow();
        assertThat(identity)
                .isEqualTo(
                        new SmartHostAuth(
                                "relay",
                                new TokenGrant(
                                        URI.create("https://login.example/oauth2/token"),
                                        "our-client",
                                        "",
                                        new TokenGrant.Kind.RefreshToken("r3fresh"),
                                        "mail.send offline_access"),
                                SaslMechanism.ofTokens()));
        assertThat(read.toString()).doesNotContain("r3fresh");
    }

    @Test
    void clientsLogInWhereThereAreUsers() throws IOException {
        // Given a connector that demands a login, and one that only offers it.
        String hash =
                "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
                        + ":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
        var folder =
                ConfFolder.in(temporary)
                        .connectors(
                                ConfFolder.GOOD_CONNECTORS.replace(
                                        "sendConnectors",
                                        """
                                            authentication: { usersFile: users }
                                          - name: lax
                                            bindings: ["127.0.0.1:2526"]
                                            remoteIpRanges: ["127.0.0.0/8"]
                                            authentication: { usersFile: users, required: false }
                                        sendConnectors\
                                        """))
                        .file("users", "# ours\nprinter:" + hash + "\n");

        // When they are read.
        var connectors = folder.accepted().receiveConnectors();

        // Then the users are there, without their names' or hashes' being printed.
        var users = new SaslUsers(Map.of("printer", ScramVerifier.parse(hash).orElseThrow()));
        assertThat(connectors.getFirst().authentication())
                .isEqualTo(new Authentication(Need.REQUIRED, users));
        assertThat(connectors.getLast().authentication())
                .isEqualTo(new Authentication(Need.OFFERED, users));
        assertThat(connectors.toString()).doesNotContain("WG5d8").doesNotContain("printer");
    }

    @Test
    void encryptionOnlyBesideAPasswordNeedsNoRequireTls() throws IOException {
        // Given a connector whose password may go to any certificate, and one without a word.
        var lax =
                ConfFolder.in(temporary)
                        .connectors(
                                withAuth(
                                        "password: \"${FILTER_PASSWORD}\"",
                                        "    tlsAuthLevel: EncryptionOnly"));
        var tlsOfLax = lax.accepted().sendConnectors().getFirst().tls();
        var silent = lax.connectors(withAuth("password: \"${FILTER_PASSWORD}\""));

        // When they are read.
        var tlsOfSilent = silent.accepted().sendConnectors().getFirst().tls();

        // Then the first says so, and the second leaves the demand to the password.
        assertThat(tlsOfLax).isEqualTo(new EncryptionOnly());
        assertThat(tlsOfSilent).isEqualTo(new None());
    }
}
