package relay.server.telemetry;

import java.util.List;
import java.util.TreeSet;
import relay.core.tls.Evidence;
import relay.core.tls.StapledStatus;
import relay.core.tls.TlsDemand;

/// The keys of a log line that say how a connection was encrypted, and what of that had to be so.
final class TlsKeys {
    private TlsKeys() {}

    static LogLine add(LogLine line, Evidence evidence) {
        return switch (evidence) {
            case Evidence.Plaintext _ -> line.with("tls", "none");
            case Evidence.Encrypted tls -> {
                line.with("tls", tls.protocol().label()).with("cipher", tls.cipherSuite());
                if (!tls.group().isEmpty()) line.with("group", tls.group());
                if (tls.chain().isEmpty()) yield line;
                line.with("certificate", certificate(tls.bestVerdict()));
                yield switch (tls.status()) {
                    case StapledStatus.None _ -> line;
                    case StapledStatus.Good _,
                            StapledStatus.Revoked _,
                            StapledStatus.Unusable _,
                            StapledStatus.Missing _ ->
                            line.with("ocsp", tls.status().label());
                };
            }
        };
    }

    private static String certificate(Evidence.ChainVerdict verdict) {
        return switch (verdict) {
            case Evidence.ChainVerdict.Trusted _ -> "trusted";
            case Evidence.ChainVerdict.Expired _ -> "expired";
            case Evidence.ChainVerdict.Untrusted _ -> "untrusted";
        };
    }

    /// What had to hold of the certificate before the message was sent, all demands together.
    static String verified(List<TlsDemand> demands) {
        var how = new TreeSet<String>();
        for (TlsDemand demand : demands) how.add(verified(demand));
        how.remove("no");
        return how.isEmpty() ? "no" : String.join("+", how);
    }

    private static String verified(TlsDemand demand) {
        return switch (demand) {
            case TlsDemand.Encryption _, TlsDemand.MinVersion _, TlsDemand.OneOfSuites _ -> "no";
            case TlsDemand.TrustedChain _ -> "chain";
            case TlsDemand.TrustedName _ -> "name";
            case TlsDemand.DaneMatch _ -> "dane";
            case TlsDemand.Pinned _ -> "pin";
            case TlsDemand.StsMatch _ -> "mta-sts";
            case TlsDemand.Legacy(var inner, _) -> verified(inner);
        };
    }
}
