package relay.core.sasl;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// The mechanism to use with another side, and our part of it.
public record SaslChoice(SaslMechanism mechanism, SaslClient client) {

    /// Who we are. `secret` is a password or an access token, as the mechanisms that are allowed
    /// want it.
    public record Login(String username, String secret) {
        /// Hides the secret.
        @Override
        public String toString() {
            return username;
        }
    }

    /// What there is to choose from. `allowed` are the mechanisms that may be used at all; `offered`
    /// the names that the other side gives, in upper case; `bindings` what the TLS connection has,
    /// the best first.
    public record Offer(
            Set<SaslMechanism> allowed, Set<String> offered, List<ChannelBinding> bindings) {
        public Offer {
            allowed = Set.copyOf(allowed);
            offered = Set.copyOf(offered);
            bindings = List.copyOf(bindings);
        }

        private boolean has(SaslMechanism mechanism) {
            return allowed.contains(mechanism) && offered.contains(mechanism.label());
        }
    }

    /// The strongest mechanism that both sides have; empty where there is none. `nonces` gives text
    /// that is printable, without comma, cannot be guessed, and never comes twice.
    public static Optional<SaslChoice> strongest(
            Login login, Offer offer, Supplier<String> nonces) {
        for (SaslMechanism mechanism : SaslMechanism.values()) {
            boolean bound = mechanism == SaslMechanism.SCRAM_SHA_256_PLUS;
            if (!offer.has(mechanism) || (bound && offer.bindings().isEmpty())) continue;
            return Optional.of(new SaslChoice(mechanism, client(mechanism, login, offer, nonces)));
        }
        return Optional.empty();
    }

    private static SaslClient client(
            SaslMechanism mechanism, Login login, Offer offer, Supplier<String> nonces) {
        String name = login.username();
        String secret = login.secret();
        return switch (mechanism) {
            case SCRAM_SHA_256_PLUS -> {
                var binding = new ScramBinding.Bound(offer.bindings().getFirst());
                yield new ScramClient(name, secret, binding, nonces.get());
            }
            case SCRAM_SHA_256 -> new ScramClient(name, secret, unbound(offer), nonces.get());
            case PLAIN -> FixedResponses.plain(name, secret);
            case LOGIN -> FixedResponses.login(name, secret);
            case CRAM_MD5 -> FixedResponses.cramMd5(name, secret);
            case OAUTHBEARER -> BearerClient.oauthBearer(name, secret);
            case XOAUTH2 -> BearerClient.xoauth2(name, secret);
        };
    }

    private static ScramBinding unbound(Offer offer) {
        boolean couldBind =
                offer.allowed().contains(SaslMechanism.SCRAM_SHA_256_PLUS)
                        && !offer.bindings().isEmpty();
        boolean offered = offer.offered().contains(SaslMechanism.SCRAM_SHA_256_PLUS.label());
        return couldBind && !offered ? new ScramBinding.NotOffered() : new ScramBinding.None();
    }
}
