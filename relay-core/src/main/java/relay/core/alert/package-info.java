/// Which troubles a person is to be told of, and when each begins and ends.
@NullMarked
package relay.core.alert;

import org.jspecify.annotations.NullMarked;
