/// Domains, mailboxes, paths and IP ranges: values, compared by what they mean.
@NullMarked
package relay.core.address;

import org.jspecify.annotations.NullMarked;
