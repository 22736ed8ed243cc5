/// Doubles and samples that the tests of several packages share.
@NullMarked
package relay.server.testing;

import org.jspecify.annotations.NullMarked;
