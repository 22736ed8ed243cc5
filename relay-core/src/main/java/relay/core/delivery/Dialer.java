package relay.core.delivery;

import java.util.List;
import relay.core.queue.Diagnostic;
import relay.core.tls.Evidence;
import relay.core.tls.Unmet;

/// Connects to one host and runs the outbound dialogue with it.
public interface Dialer {

    /// Connects, greets, secures, authenticates; then tells `observer` that the session is open and
    /// serves its lane until it is told to finish or the connection ends. Blocks the calling
    /// virtual thread for as long; the dialogue itself runs on an event loop. Never throws for what
    /// the network or the host does.
    SessionEnd serve(HostPlan host, TlsUse tls, SessionObserver observer);

    /// `NEVER` is the opportunistic fall-back on a new connection: STARTTLS is not sent.
    enum TlsUse {
        TRY,
        NEVER
    }

    /// How a connection to one host ended.
    sealed interface SessionEnd {

        /// The host took part: the observer heard [SessionObserver#opened]. `trouble` is empty
        /// where we ended it in good order or the host closed an idle connection, and has the
        /// diagnostic where the host failed in the middle of things.
        record Served(List<Diagnostic> trouble) implements SessionEnd {
            public Served {
                trouble = List.copyOf(trouble);
            }
        }

        /// The host never took part: it could not be reached, greeted us with a refusal, or did not
        /// get past EHLO or AUTH. Nothing of any envelope was sent.
        record NotServed(Diagnostic why, TlsTrouble tlsTrouble) implements SessionEnd {}

        /// TLS demands were not met, so nothing of any envelope was sent. `evidence` is what was
        /// judged.
        record DemandsUnmet(Diagnostic why, List<Unmet> unmet, Evidence evidence)
                implements SessionEnd {
            public DemandsUnmet {
                unmet = List.copyOf(unmet);
            }
        }
    }

    /// Whether it was TLS that failed (refused, broken, stalled), so that a connection without it
    /// may do better.
    enum TlsTrouble {
        NONE,
        FAILED
    }
}
