package relay.core.smtp;

import relay.core.address.ReversePath;

/// What a client says, understood as far as it can be without knowing the state of the dialogue
/// (RFC 5321 §4.1.1). Made by [CommandParser].
public sealed interface Command {

    Verb verb();

    /// EHLO or HELO. `clientName` has only letters, digits and `._-:[]`, and 255 of them at most.
    record Hello(Verb verb, String clientName) implements Command {}

    record Mail(ReversePath sender, MailParameters parameters) implements Command {
        @Override
        public Verb verb() {
            return Verb.MAIL;
        }
    }

    /// `characters` tells whether the command as written needs SMTPUTF8 (RFC 6531 §3.3).
    record Rcpt(ForwardPath path, Characters characters, RcptParameters parameters)
            implements Command {
        /// Without parameters.
        public Rcpt(ForwardPath path, Characters characters) {
            this(path, characters, RcptParameters.NONE);
        }

        public enum Characters {
            ASCII,
            NON_ASCII
        }

        @Override
        public Verb verb() {
            return Verb.RCPT;
        }
    }

    record Data() implements Command {
        @Override
        public Verb verb() {
            return Verb.DATA;
        }
    }

    /// So many octets of content follow this line; `last` ends the message (RFC 3030 §2). Wherever the
    /// command is refused, they are read all the same.
    record Bdat(long sizeOctets, Last last) implements Command {
        public enum Last {
            YES,
            NO
        }

        @Override
        public Verb verb() {
            return Verb.BDAT;
        }
    }

    /// A BDAT that does not say how many octets follow: nobody knows where the next command begins.
    record BadBdat() implements Command {
        @Override
        public Verb verb() {
            return Verb.OTHER;
        }
    }

    record Reset() implements Command {
        @Override
        public Verb verb() {
            return Verb.RSET;
        }
    }

    record Noop() implements Command {
        @Override
        public Verb verb() {
            return Verb.NOOP;
        }
    }

    record Verify() implements Command {
        @Override
        public Verb verb() {
            return Verb.VRFY;
        }
    }

    record Help() implements Command {
        @Override
        public Verb verb() {
            return Verb.HELP;
        }
    }

    record Quit() implements Command {
        @Override
        public Verb verb() {
            return Verb.QUIT;
        }
    }

    record StartTls() implements Command {
        @Override
        public Verb verb() {
            return Verb.STARTTLS;
        }
    }

    /// `mechanism` is in upper case; `initialResponse` is as written, empty where there is none.
    record Auth(String mechanism, String initialResponse) implements Command {
        @Override
        public Verb verb() {
            return Verb.AUTH;
        }

        /// Hides what can be a password.
        @Override
        public String toString() {
            return "AUTH " + mechanism;
        }
    }

    /// The host at the other end names the client that it speaks for.
    record HandOn(XClient client) implements Command {
        @Override
        public Verb verb() {
            return Verb.XCLIENT;
        }
    }

    /// Unknown, not implemented, or badly put; `reply` is the answer where the dialogue's state
    /// allows the verb at all.
    record Malformed(Verb verb, Reply reply) implements Command {}

    /// A line of another protocol: a browser was sent to this port. Whatever follows it was written
    /// by someone who hopes that it passes for commands.
    record Foreign() implements Command {
        @Override
        public Verb verb() {
            return Verb.OTHER;
        }
    }
}
