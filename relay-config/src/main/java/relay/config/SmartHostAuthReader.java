package relay.config;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import relay.config.SecretReader.Wanted;
import relay.core.routing.SmartHostAuth;
import relay.core.routing.SmartHostAuth.Secret;
import relay.core.sasl.SaslMechanism;

/// Reads `smartHostAuth`. No message here repeats a value.
record SmartHostAuthReader(Map<String, String> environment, Problems problems) {
    private static final Wanted PASSWORD = new Wanted("password", "password", "${FILTER_PASSWORD}");
    private static final List<String> KEYS_OF_PASSWORDS = List.of("passwordFile", "password");

    private enum Mechanism {
        PASSWORD,
        TOKEN
    }

    private static final Map<String, Mechanism> MECHANISMS =
            Map.of("BasicAuthRequireTLS", Mechanism.PASSWORD, "OAuth2", Mechanism.TOKEN);

    SmartHostAuth read(Section section) {
        String username = section.text("username").map(Located::value).orElse("");
        if (SecretReader.hasControlCharacter(username)) {
            section.text("username")
                    .ifPresent(text ->
                            problems.error(
                                    text.place(), "a user name has no control characters", ""));
        }
        var secrets = new SecretReader(environment, problems);
        Mechanism mechanism =
                section.word("mechanism", MECHANISMS)
                        .map(Located::value)
                        .orElse(Mechanism.PASSWORD);
        return switch (mechanism) {
            case PASSWORD -> {
                refuse(section, TokenGrantReader.KEYS, "OAuth2");
                String password = secrets.read(section, PASSWORD).orElse("");
                Secret secret = new SmartHostAuth.Password(password);
                yield identity(section, username, secret, SaslMechanism.ofPasswords());
            }
            case TOKEN -> {
                refuse(section, KEYS_OF_PASSWORDS, "BasicAuthRequireTLS");
                Secret grant = new TokenGrantReader(secrets, problems).read(section);
                yield identity(section, username, grant, SaslMechanism.ofTokens());
            }
        };
    }

    private void refuse(Section section, List<String> keys, String mechanism) {
        for (String key : keys) {
            section.keyPlace(key)
                    .ifPresent(place ->
                            problems.error(
                                    place,
                                    "`" + key + "` is for mechanism: " + mechanism,
                                    "remove it, or change the mechanism"));
        }
    }

    /// Of the mechanisms what is named, or else everything that is `usable`.
    private static SmartHostAuth identity(
            Section section, String username, Secret secret, Set<SaslMechanism> usable) {
        List<Located<SaslMechanism>> named =
                section.parseEach("saslMechanisms", text -> mechanism(text, usable));
        Set<SaslMechanism> mechanisms =
                named.isEmpty()
                        ? usable
                        : named.stream().map(Located::value).collect(Collectors.toSet());
        return new SmartHostAuth(username, secret, mechanisms);
    }

    private static Parsed<SaslMechanism> mechanism(String text, Set<SaslMechanism> usable) {
        String known =
                usable.stream()
                        .sorted()
                        .map(SaslMechanism::label)
                        .collect(Collectors.joining(", "));
        return Parsed.of(
                usable.stream().filter(mechanism -> mechanism.label().equals(text)).findFirst(),
                "no SASL mechanism that suits this one",
                known);
    }
}
