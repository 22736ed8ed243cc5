@NullMarked
package relay.server.report;

import org.jspecify.annotations.NullMarked;
