/// Reads `conf/connectors.yaml` and `conf/relay.yaml`: from text to records of core types, or to
/// every error with its place. [relay.config.ConfigurationReader] is the way in.
@NullMarked
package relay.config;

import org.jspecify.annotations.NullMarked;
