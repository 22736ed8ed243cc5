package relay.server.cli;

import java.util.List;

/// What `relay verify-tls` prints, as text or as JSON: the hosts of a partner in the order in which
/// mail would try them. Verdicts are `met`, `not-met` and `not-reached`. Texts may be strangers'.
///
/// `passedOver` says why hosts, or all of them, cannot be tried; `notes` is advice.
public record TlsReport(
        String domain,
        String lane,
        String verdict,
        List<Host> hosts,
        List<String> passedOver,
        List<String> notes) {

    /// `tls` is `none` or the version. `trouble` is why there is no TLS, or why the host cannot be
    /// judged; it may be empty, and so are `cipher`, `group`, `trust` and `ocsp` without TLS. `ocsp` is
    /// what the host stapled: `none`, `good`, `revoked`, `invalid`, or `missing` where the certificate
    /// promises it. `demands` is empty where nothing demands TLS.
    public record Host(
            String host,
            String verdict,
            double seconds,
            String tls,
            String cipher,
            String group,
            String trust,
            String ocsp,
            String trouble,
            List<Demand> demands,
            List<TlsaResult> tlsa,
            List<ChainLink> chain) {
        public Host {
            demands = List.copyOf(demands);
            tlsa = List.copyOf(tlsa);
            chain = List.copyOf(chain);
        }
    }

    /// One demand with who makes it. `result` is `met`, the reason of `relay_tls_failures_total`,
    /// or `unknown` where the host could not be judged; `seen` and `remedy` are empty unless it is
    /// unmet.
    public record Demand(String demand, String result, String seen, String remedy) {}

    /// A TLSA record that counts, and whether it is about a certificate of the chain: `matches`,
    /// `no-match` or `unknown`.
    public record TlsaResult(String record, String result) {}

    /// A certificate that the host sent, its own first. `names` are its DNS names; the digests are
    /// in lower-case hexadecimal, as a TLSA record has them.
    public record ChainLink(
            String subject,
            String issuer,
            List<String> names,
            String notBefore,
            String notAfter,
            String sha256,
            String keySha256) {
        public ChainLink {
            names = List.copyOf(names);
        }
    }

    public TlsReport {
        hosts = List.copyOf(hosts);
        passedOver = List.copyOf(passedOver);
        notes = List.copyOf(notes);
    }

    boolean isMet() {
        return verdict.equals("met");
    }
}
