/// Runs small programs of several threads in every order that matters: classes are watched by their
/// byte code, one thread runs at a time, and time is virtual.
@NullMarked
package relay.server.interleaving;

import org.jspecify.annotations.NullMarked;
