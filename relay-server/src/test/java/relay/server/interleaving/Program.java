package relay.server.interleaving;

import java.util.List;

/// A program of several threads that ends. It has a constructor without parameters, which makes
/// what the threads share; each order of their steps gets a program of its own.
public interface Program {
    /// What runs, each on a thread of its own.
    List<Runnable> threads();

    /// What must hold when all threads have ended, after `nanos` of virtual time: the time that
    /// passed while every thread waited for a time-out. Throws an [AssertionError].
    void check(long nanos);
}
