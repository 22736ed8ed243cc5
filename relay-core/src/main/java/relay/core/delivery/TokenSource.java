package relay.core.delivery;

import relay.core.routing.TokenGrant;

/// Where access tokens come from. Blocks for as long as the token endpoint takes, within limits, so
/// it is asked on the virtual thread that plans. Any thread.
public interface TokenSource {

    /// For where no connector has a grant.
    TokenSource NONE =
            new TokenSource() {
                @Override
                public Answer token(TokenGrant grant) {
                    return new Answer.None("nobody fetches tokens here");
                }

                @Override
                public Renewal refused(TokenGrant grant) {
                    return Renewal.POINTLESS;
                }
            };

    /// For looks at hosts, which are never told who we are ([Probe]).
    TokenSource UNTOLD =
            new TokenSource() {
                @Override
                public Answer token(TokenGrant grant) {
                    return new Answer.Token("untold");
                }

                @Override
                public Renewal refused(TokenGrant grant) {
                    return Renewal.POINTLESS;
                }
            };

    /// A token that is good for a while yet.
    Answer token(TokenGrant grant);

    /// A host did not accept the token that was given last: it is forgotten.
    Renewal refused(TokenGrant grant);

    sealed interface Answer {
        record Token(String text) implements Answer {
            /// Hides it.
            @Override
            public String toString() {
                return "Token";
            }
        }

        /// `why` says what the token endpoint said; it is printable and has no secret in it.
        record None(String why) implements Answer {}
    }

    /// Whether another token may do better.
    enum Renewal {
        /// The refused one was some time old, and may have been withdrawn.
        WORTH_A_TRY,
        /// It was new.
        POINTLESS
    }
}
