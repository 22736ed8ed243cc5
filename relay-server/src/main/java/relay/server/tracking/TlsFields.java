package relay.server.tracking;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import relay.core.tls.Evidence;
import relay.core.tls.Evidence.ChainVerdict;
import relay.core.tls.RootSet;
import relay.core.tls.TlsDemand;
import relay.core.tls.TlsPin;
import tools.jackson.core.JsonGenerator;

/// Writes the object `tls` of a record: what was demanded, by whom, by what each demand was met, and
/// what the handshake showed. Confined to one thread.
final class TlsFields {
    private static final int MAX_NAMES = 20;
    private static final Set<String> NOT_OF_THE_CERTIFICATE =
            Set.of("encryption", "min-version", "cipher-suite");

    private final CertificateFacts.Known certificates = new CertificateFacts.Known();

    /// A demand in the log's words. `metBy` says what of the connection meets it.
    private record Demanded(String what, Set<String> names, String metBy) {}

    void write(JsonGenerator json, List<TlsDemand> demands, Evidence evidence) {
        json.writeObjectPropertyStart("tls");
        switch (evidence) {
            case Evidence.Plaintext(var why, var detail) -> {
                json.writeStringProperty("protocol", "none");
                json.writeStringProperty("why", why.label());
                if (!detail.isEmpty()) json.writeStringProperty("detail", detail);
            }
            case Evidence.Encrypted tls -> encrypted(json, demands, tls);
        }
        json.writeEndObject();
    }

    private void encrypted(JsonGenerator json, List<TlsDemand> demands, Evidence.Encrypted tls) {
        json.writeStringProperty("protocol", tls.protocol().label());
        json.writeStringProperty("cipher", tls.cipherSuite());
        if (!tls.group().isEmpty()) json.writeStringProperty("group", tls.group());
        List<Demanded> demanded =
                demands.stream().map(demand -> demanded(demand, tls)).distinct().toList();
        json.writeStringProperty("verified", verified(demanded));
        demands(json, demands, tls);
        if (!tls.chain().isEmpty()) certificate(json, tls);
        if (!tls.presented().isEmpty()) {
            CertificateFacts own = certificates.of(tls.presented().getFirst());
            json.writeStringProperty("presented", own.sha256());
        }
    }

    private static void demands(
            JsonGenerator json, List<TlsDemand> demands, Evidence.Encrypted tls) {
        json.writeArrayPropertyStart("demands");
        for (TlsDemand demand : demands) {
            Demanded words = demanded(demand, tls);
            json.writeStartObject();
            json.writeStringProperty("demand", words.what());
            if (!words.names().isEmpty()) strings(json, "names", words.names());
            json.writeStringProperty("source", demand.source().toString());
            json.writeStringProperty("metBy", words.metBy());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static Demanded demanded(TlsDemand demand, Evidence.Encrypted tls) {
        return switch (demand) {
            case TlsDemand.Encryption _ ->
                    new Demanded("encryption", Set.of(), tls.protocol().label());
            case TlsDemand.TrustedChain(_, var roots) ->
                    new Demanded("chain", Set.of(), verdict(tls.verdict(roots)) + by(roots));
            case TlsDemand.TrustedName named ->
                    new Demanded(
                            "name",
                            named.names(),
                            named.metBy(tls.presentedNames()).stream().findFirst().orElse("none")
                                    + by(named.roots()));
            case TlsDemand.StsMatch sts ->
                    new Demanded(
                            "mta-sts",
                            Set.of(sts.host()),
                            sts.metBy(tls.presentedNames()).stream().findFirst().orElse("none"));
            case TlsDemand.DaneMatch dane ->
                    new Demanded(
                            "dane",
                            Set.of(dane.host()),
                            dane.matching(tls.path()).stream()
                                    .findFirst()
                                    .map(tlsa -> "TLSA " + tlsa)
                                    .orElse("none"));
            case TlsDemand.MinVersion _ ->
                    new Demanded("min-version", Set.of(), tls.protocol().label());
            case TlsDemand.OneOfSuites _ ->
                    new Demanded("cipher-suite", Set.of(), tls.cipherSuite());
            case TlsDemand.Legacy(var inner, var exception) -> {
                Demanded of = demanded(inner, tls);
                yield new Demanded(of.what(), of.names(), of.metBy() + ", " + exception);
            }
            case TlsDemand.Pinned pinned ->
                    new Demanded(
                            "pin",
                            Set.of(),
                            pinned.matching(tls.path()).stream()
                                    .map(TlsPin::toString)
                                    .min(Comparator.naturalOrder())
                                    .orElse("none"));
        };
    }

    /// What had to hold of the certificate before anything was sent, all demands together.
    private static String verified(List<Demanded> demands) {
        return demands.stream()
                .map(Demanded::what)
                .distinct()
                .filter(what -> !NOT_OF_THE_CERTIFICATE.contains(what))
                .sorted()
                .reduce((one, other) -> one + "+" + other)
                .orElse("no");
    }

    private void certificate(JsonGenerator json, Evidence.Encrypted tls) {
        CertificateFacts facts = certificates.of(tls.chain().getFirst());
        json.writeObjectPropertyStart("certificate");
        json.writeStringProperty("verdict", verdict(tls.bestVerdict()));
        json.writeStringProperty("subject", facts.subject());
        json.writeStringProperty("issuer", facts.issuer());
        json.writeStringProperty("sha256", facts.sha256());
        json.writeStringProperty("notAfter", facts.notAfter().toString());
        json.writeStringProperty("ocsp", tls.status().label());
        strings(json, "names", tls.presentedNames());
        json.writeEndObject();
    }

    private static String by(RootSet roots) {
        return switch (roots) {
            case RootSet.Common _ -> "";
            case RootSet.Own(var file, _) -> " by " + file;
        };
    }

    private static String verdict(ChainVerdict verdict) {
        return switch (verdict) {
            case ChainVerdict.Trusted _ -> "trusted";
            case ChainVerdict.Expired _ -> "expired";
            case ChainVerdict.Untrusted _ -> "untrusted";
        };
    }

    /// Sorted. A certificate may have thousands of names; the fingerprint says which they are.
    private static void strings(JsonGenerator json, String name, Set<String> values) {
        json.writeArrayPropertyStart(name);
        new TreeSet<>(values).stream().limit(MAX_NAMES).forEach(json::writeString);
        json.writeEndArray();
        int more = values.size() - MAX_NAMES;
        if (more > 0) json.writeNumberProperty("more", more);
    }
}
