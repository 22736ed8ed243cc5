package relay.core.event;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import relay.core.address.Domain;
import relay.core.address.Mailbox;
import relay.core.queue.Diagnostic;
import relay.core.queue.QueueEntry;
import relay.core.queue.QueuedMessage;
import relay.core.routing.Lane;
import relay.core.smtp.Reply;
import relay.core.tls.Evidence;
import relay.core.tls.PolicyVerdict;
import relay.core.tls.TlsProof;
import relay.core.tls.Unmet;

/// Everything that happens to mail and that someone may want to know: logs, metrics and the message
/// tracking log are exhaustive switches over it.
public sealed interface RelayEvent {

    /// A client's message is on disk and ours. `tls` is the client's side; `username` who it logged
    /// in as, empty where it did not.
    record Received(QueuedMessage message, Evidence tls, String username) implements RelayEvent {
        public Received(QueuedMessage message, Evidence tls) {
            this(message, tls, "");
        }
    }

    /// The operator handed a message in from a file, which `relay queue export` wrote; it is on disk
    /// and ours. `file` is its name, or empty.
    record Replayed(QueuedMessage message, String file) implements RelayEvent {}

    /// A message was refused at the end of its data, or could not be stored; or a login failed.
    record Refused(String receiveConnector, InetAddress client, Reply reply)
            implements RelayEvent, TurnedAway {}

    /// The host took charge of the message for `recipients`.
    record Delivered(
            QueueEntry entry, List<Mailbox> recipients, Reply reply, TlsProof proof, Instant at)
            implements RelayEvent {
        public Delivered {
            recipients = List.copyOf(recipients);
        }
    }

    /// It goes on waiting. `certainty` tells a plain deferral from one in which the host may hold
    /// the message all the same, so that the next attempt may make a duplicate.
    record Deferred(
            QueueEntry entry,
            List<Mailbox> recipients,
            Diagnostic why,
            Instant nextAttempt,
            Certainty certainty)
            implements RelayEvent {
        public enum Certainty {
            NOT_DELIVERED,
            POSSIBLY_DELIVERED
        }

        public Deferred {
            recipients = List.copyOf(recipients);
        }
    }

    /// It ended without delivery, and `notice` tells the sender: the notice's queue id, or none for
    /// the null sender, whose mail is dropped (RFC 5321 §6.1).
    record Bounced(
            QueueEntry entry, List<Mailbox> recipients, Diagnostic why, List<QueuedMessage> notice)
            implements RelayEvent {
        public Bounced {
            recipients = List.copyOf(recipients);
            notice = List.copyOf(notice);
        }
    }

    /// The operator, or `onTlsFailure: hold`, took it out of delivery; `why` has the latter's
    /// reason.
    record Held(QueueEntry entry, List<Diagnostic> why) implements RelayEvent {
        public Held {
            why = List.copyOf(why);
        }
    }

    /// The operator removed it, and nobody is told.
    record Removed(QueueEntry entry) implements RelayEvent {}

    /// The operator gave a held entry back to delivery.
    record Released(QueueEntry entry) implements RelayEvent {}

    /// The operator sends it by another connector; `entry` has the lane it leaves.
    record Redirected(QueueEntry entry, String connector) implements RelayEvent {}

    /// No host of its connector can be reached, so that it goes on for `recipients` in the lane `to`, by
    /// another one. `entry` has the lane that it leaves, which failed for `why`, where that is known; it
    /// may be that of another one that stood in.
    record FailedOver(QueueEntry entry, List<Mailbox> recipients, Lane to, List<Diagnostic> why)
            implements RelayEvent {
        public FailedOver {
            recipients = List.copyOf(recipients);
            why = List.copyOf(why);
        }

        /// The connector whose hosts are down.
        public String connector() {
            return to.insteadOf();
        }
    }

    /// It goes on for `recipients` in the lane `to`, which the policy chooses, and no longer by the
    /// connector that stood in; `entry` has the lane that it leaves.
    record FailedBack(QueueEntry entry, List<Mailbox> recipients, Lane to) implements RelayEvent {
        public FailedBack {
            recipients = List.copyOf(recipients);
        }
    }

    /// The sender was told that delivery takes long.
    record DelayWarned(QueueEntry entry, QueuedMessage notice) implements RelayEvent {}

    /// The sender was told, as it wished, that `recipients` went to a host which will tell it no
    /// more (RFC 3461 §5.2.2).
    record SuccessTold(QueueEntry entry, List<Mailbox> recipients, QueuedMessage notice)
            implements RelayEvent {
        public SuccessTold {
            recipients = List.copyOf(recipients);
        }
    }

    /// No host of the lane took part; the lane rests until `retryAt`. `waiting` is how many of its
    /// entries were due.
    record LaneFailed(Lane lane, Diagnostic why, Instant retryAt, long waiting)
            implements RelayEvent {}

    /// A host did not meet the demands, so it heard nothing of any envelope.
    record DemandsUnmet(Lane lane, String host, List<Unmet> unmet) implements RelayEvent {
        public DemandsUnmet {
            unmet = List.copyOf(unmet);
        }
    }

    /// A host does not meet a policy that its owner only tries out (MTA-STS in mode `testing`, RFC
    /// 8461 §5): nothing is kept back.
    record TestedPolicyUnmet(Lane lane, String host, List<Unmet> unmet) implements RelayEvent {
        public TestedPolicyUnmet {
            unmet = List.copyOf(unmet);
        }
    }

    /// A domain says in the DNS that it has an MTA-STS policy, or said so when the one that is kept was
    /// fetched; and it was fetched, or not, and then one that was fetched before holds on. `detail` is for people, with no line ends.
    record StsFetch(Domain domain, Result result, String detail) implements RelayEvent {
        public enum Result {
            FETCHED("fetched"),
            /// Nothing was served.
            FAILED("failed"),
            /// The certificate of the policy host is not one that counts.
            UNTRUSTED("untrusted"),
            /// What was served is no policy.
            INVALID("invalid");

            private final String label;

            Result(String label) {
                this.label = label;
            }

            public String label() {
                return label;
            }
        }
    }

    /// Mail without a demand went on in clear because TLS was not to be had.
    record PlaintextFallback(Lane lane, String host, String why) implements RelayEvent {}

    /// A host that had TLS at `lastSecured` has none now. Under a demand it heard nothing; without
    /// one, mail may have gone in clear.
    record TlsDowngraded(Lane lane, String host, Instant lastSecured, String why)
            implements RelayEvent {}

    /// A look at the partner of a `domains` entry came to another verdict than the look before it,
    /// or was the first. `why` is empty where the policy is met.
    record ProbeTurned(String entry, PolicyVerdict verdict, String why) implements RelayEvent {}

    /// A connection began or ended. `peer` is the client's address, or the host.
    record Connection(Direction direction, Change change, String peer) implements RelayEvent {
        public enum Direction {
            INBOUND("inbound"),
            OUTBOUND("outbound");

            private final String label;

            Direction(String label) {
                this.label = label;
            }

            public String label() {
                return label;
            }
        }

        public enum Change {
            OPENED,
            CLOSED
        }
    }

    /// What a client can bring about as often as it likes, without a message that is taken.
    sealed interface TurnedAway permits Refused, Rejected, LimitReached {
        InetAddress client();
    }

    /// A client was turned away before a byte of it was read.
    record Rejected(InetAddress client, Reply greeting) implements RelayEvent, TurnedAway {}

    /// A client came up against a limit, or a check, of its receive connector, and heard `reply`.
    record LimitReached(String receiveConnector, InetAddress client, Limit limit, Reply reply)
            implements RelayEvent, TurnedAway {
        public enum Limit {
            CONNECTIONS("connections"),
            CONNECTIONS_PER_SOURCE("connections-per-source"),
            CONNECTION_TIME("connection-time"),
            IDLE_TIME("idle-time"),
            COMMANDS("commands"),
            ERRORS("errors"),
            MESSAGES_PER_CONNECTION("messages-per-connection"),
            MESSAGE_RATE("message-rate"),
            RECIPIENTS("recipients"),
            MESSAGE_SIZE("message-size"),
            HEADER_SIZE("header-size"),
            LINE_LENGTH("line-length"),
            LINE_ENDS("line-ends"),
            HOPS("hops"),
            PRESSURE("pressure"),
            SENDER_TLS("sender-tls"),
            CLIENT_CERTIFICATE("client-certificate");

            private final String label;

            Limit(String label) {
                this.label = label;
            }

            /// As metrics and the log write it.
            public String label() {
                return label;
            }
        }
    }

    /// Clients under so many names came from the address of a gateway: it hides who they are, and
    /// whoever can reach it is let in with them.
    record ClientsHidden(InetAddress gateway, int names) implements RelayEvent {}

    /// Something is wrong with the relay itself; mail is safe and waits.
    record Fault(String what, String detail) implements RelayEvent {
        /// A fault in our own code: the exception, and where it came from.
        public static Fault of(String what, Throwable thrown) {
            StackTraceElement[] trace = thrown.getStackTrace();
            String place = trace.length == 0 ? "" : " at " + trace[0];
            return new Fault(what, thrown + place);
        }
    }
}
