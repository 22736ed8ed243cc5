package relay.core.sasl;

/// PLAIN (RFC 4616 §2): who to act as, which may only be oneself, who one is, and the password.
final class PlainServer implements SaslServer {
    private static final int PARTS = 3;

    private final SaslUsers users;

    PlainServer(SaslUsers users) {
        this.users = users;
    }

    @Override
    public String firstChallenge() {
        return "";
    }

    @Override
    public Move on(String response) {
        String[] parts = response.split("\0", -1);
        if (parts.length != PARTS || parts[1].isEmpty()) return new Move.Malformed();
        String username = SaslPrep.prepared(parts[1]);
        boolean asOneself = parts[0].isEmpty() || SaslPrep.prepared(parts[0]).equals(username);
        if (!asOneself) return new Move.Decided(new Verdict.Refused());
        return new Move.Check(new PasswordCheck(users.of(username), username, parts[2]));
    }
}
