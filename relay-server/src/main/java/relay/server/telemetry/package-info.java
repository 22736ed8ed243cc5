/// What happens to mail, made visible: log lines and Prometheus metrics.
@NullMarked
package relay.server.telemetry;

import org.jspecify.annotations.NullMarked;
