package relay.core.tls;

import java.security.cert.X509Certificate;
import java.util.Set;

/// The certificates at which a chain has to end.
public sealed interface RootSet {
    RootSet COMMON = new Common();

    /// Those of the whole relay, `tls.trust`.
    record Common() implements RootSet {
        @Override
        public String toString() {
            return "the common roots";
        }
    }

    /// Those of one entry of the configuration, and no other. `file` is the name that stands there;
    /// the certificates are what it held when the configuration was read.
    record Own(String file, Set<X509Certificate> certificates) implements RootSet {
        public Own {
            certificates = Set.copyOf(certificates);
        }

        @Override
        public String toString() {
            return file;
        }
    }
}
