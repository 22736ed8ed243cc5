/// The inputs that fuzzing has found worth keeping, run as ordinary tests. The targets are named
/// `*Fuzz` and stand beside what they are about.
@NullMarked
package relay.core.fuzz;

import org.jspecify.annotations.NullMarked;
