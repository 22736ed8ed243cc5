package relay.core.sasl;

/// LOGIN, as old clients have it: two questions.
final class LoginServer implements SaslServer {
    private final SaslUsers users;
    private String username = "";

    LoginServer(SaslUsers users) {
        this.users = users;
    }

    @Override
    public String firstChallenge() {
        return "Username:";
    }

    @Override
    public Move on(String response) {
        if (response.isEmpty() || response.indexOf('\0') >= 0) return new Move.Malformed();
        if (username.isEmpty()) {
            username = SaslPrep.prepared(response);
            return new Move.Challenge("Password:");
        }
        return new Move.Check(new PasswordCheck(users.of(username), username, response));
    }
}
