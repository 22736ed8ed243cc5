@NullMarked
package relay.config;

import org.jspecify.annotations.NullMarked;
