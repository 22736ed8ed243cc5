/// Who is who, by SASL mechanisms (RFC 4422): pure machines and their values. SMTP's own part of it
/// is where it is spoken. Needs no other package.
@NullMarked
package relay.core.sasl;

import org.jspecify.annotations.NullMarked;
