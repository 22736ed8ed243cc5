/// What `relay demo` needs to show the product on one machine: partners and their certificates.
@NullMarked
package relay.server.demo;

import org.jspecify.annotations.NullMarked;
