/// The verbs of the command `relay`, their arguments and what they print.
@NullMarked
package relay.server.cli;

import org.jspecify.annotations.NullMarked;
