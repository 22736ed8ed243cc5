package relay.bench;

import java.io.IOException;
import java.util.List;
import relay.bench.Load.Shape;

/// Some seconds of ordinary mail through a relay that leaves, when it ends, what the JVM has learnt
/// from it (JEP 483, 514 and 515): with that a later start is sooner ready, and sooner fast.
public final class Rehearsal {
    private static final int MESSAGES = 12_000;
    private static final int OCTETS = 2048;
    private static final int SESSIONS = 20;
    private static final int REUSE = 100;
    private static final int LIMIT_SECONDS = 120;

    private Rehearsal() {}

    /// `relay` is the command before its verb.
    public static void main(String[] relay) throws IOException, InterruptedException {
        var shape = new Shape(OCTETS, SESSIONS, REUSE, 0, 1);
        try (var field = new Field(List.of(relay), 1, false)) {
            field.relay.start();
            for (boolean tls : new boolean[] {false, true}) {
                var ledger = new Ledger(MESSAGES);
                try (Hop _ = field.hop(ledger, tls)) {
                    field.load(shape, tls, ledger, LIMIT_SECONDS);
                    Field.drain(ledger);
                }
            }
            field.relay.stop();
        }
    }
}
