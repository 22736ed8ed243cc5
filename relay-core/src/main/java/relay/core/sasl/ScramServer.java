package relay.core.sasl;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Optional;

/// The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding: a client that
/// wants one is refused, one that only knows of it is not (RFC 5802 §6).
final class ScramServer implements SaslServer {
    private final SaslUsers users;
    private final String ownNonce;
    private Stage stage = Stage.FIRST;
    private String header = "";
    private String bare = "";
    private String serverFirst = "";
    private String username = "";

    private enum Stage {
        FIRST,
        PROOF,
        ACCEPTED
    }

    ScramServer(SaslUsers users, String ownNonce) {
        this.users = users;
        this.ownNonce = ownNonce;
    }

    @Override
    public String firstChallenge() {
        return "";
    }

    @Override
    public Move on(String response) {
        return switch (stage) {
            case FIRST -> first(response);
            case PROOF -> proof(response);
            case ACCEPTED ->
                    response.isEmpty()
                            ? new Move.Decided(new Verdict.Accepted(username))
                            : new Move.Malformed();
        };
    }

    private Move first(String response) {
        // gs2-header: flag, then whom to act as, which may only be oneself.
        String[] parts = response.split(",", 3);
        if (parts.length < 3 || !parts[0].matches("[ny]")) return new Move.Malformed();
        header = parts[0] + "," + parts[1] + ",";
        bare = parts[2];
        Optional<ScramMessage> parsed = ScramMessage.parse(bare);
        boolean formed =
                bare.startsWith("n=")
                        && parsed.filter(message -> !message.hasMandatoryExtension()).isPresent()
                        && !parsed.get().get('r').isEmpty();
        if (!formed) return new Move.Malformed();
        String written = parsed.get().get('n');
        if (!parts[1].isEmpty() && !parts[1].equals("a=" + written)) {
            return new Move.Decided(new Verdict.Refused());
        }
        username = SaslPrep.prepared(written.replace("=2C", ",").replace("=3D", "="));
        ScramVerifier verifier = users.of(username);
        stage = Stage.PROOF;
        serverFirst = "r=" + nonce() + ",s=" + verifier.salt() + ",i=" + verifier.iterations();
        return new Move.Challenge(serverFirst);
    }

    private String nonce() {
        return ScramMessage.parse(bare).orElseThrow().get('r') + ownNonce;
    }

    private Move proof(String response) {
        int cut = response.lastIndexOf(",p=");
        Optional<ScramMessage> message = ScramMessage.parse(response);
        if (cut < 0 || message.isEmpty()) return new Move.Malformed();
        String withoutProof = response.substring(0, cut);
        String authMessage = bare + "," + serverFirst + "," + withoutProof;
        ScramVerifier verifier = users.of(username);
        String bound = ScramMessage.encoded(header.getBytes(US_ASCII));
        boolean proved =
                message.get().get('c').equals(bound)
                        && message.get().get('r').equals(nonce())
                        && verifier.isProof(message.get().bytes('p'), authMessage);
        if (!proved) return new Move.Decided(new Verdict.Refused());
        stage = Stage.ACCEPTED;
        return new Move.Challenge("v=" + verifier.signature(authMessage));
    }
}
