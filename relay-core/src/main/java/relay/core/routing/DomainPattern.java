package relay.core.routing;

import relay.core.address.Domain;

/// Which domains an address space or a `domains` entry is about.
public sealed interface DomainPattern {

    boolean matches(Domain domain);

    /// `*`: every domain.
    record Any() implements DomainPattern {
        @Override
        public boolean matches(Domain domain) {
            return true;
        }

        @Override
        public String toString() {
            return "*";
        }
    }

    /// `example.com`: that domain alone.
    record Exact(Domain domain) implements DomainPattern {
        @Override
        public boolean matches(Domain other) {
            return other.equals(domain);
        }

        @Override
        public String toString() {
            return domain.name();
        }
    }

    /// `*.example.com`: the domain and every subdomain.
    record Subtree(Domain root) implements DomainPattern {
        @Override
        public boolean matches(Domain domain) {
            return domain.equals(root)
                    || (!domain.isAddressLiteral() && domain.name().endsWith("." + root.name()));
        }

        @Override
        public String toString() {
            return "*." + root.name();
        }
    }
}
