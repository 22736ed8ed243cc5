package relay.core.routing;

import relay.core.address.Domain;

/// Which domains an address space or a `domains` entry is about.
public sealed interface DomainPattern {

    /// `*`: every domain.
    record Any() implements DomainPattern {
        @Override
        public String toString() {
            return "*";
        }
    }

    /// `example.com`: that domain alone.
    record Exact(Domain domain) implements DomainPattern {
        @Override
        public String toString() {
            return domain.name();
        }
    }

    /// `*.example.com`: the domain and every subdomain.
    record Subtree(Domain root) implements DomainPattern {
        @Override
        public String toString() {
            return "*." + root.name();
        }
    }
}
