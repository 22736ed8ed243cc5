package relay.core.tls;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import relay.core.tls.Evidence.TlsVersion;

/// That an entry of the configuration accepts a version of TLS older than it otherwise would, up to
/// the end of the day `until` in UTC: what is meant to be for a while does not stay for ever.
public record LegacyException(TlsVersion minVersion, LocalDate until) {

    /// The first moment at which it does not hold.
    public Instant end() {
        return until.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    public boolean holdsAt(Instant now) {
        return now.isBefore(end());
    }

    /// `TLSv1.0 accepted until 2027-03-31`.
    @Override
    public String toString() {
        return minVersion.label() + " accepted until " + until;
    }
}
