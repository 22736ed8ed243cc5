package relay.server.dns;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.DNSSEC.Algorithm;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// A root zone of its own with everything in it, signed, as a recursive resolver would show it. A
/// name with an NS record is the top of an unsigned zone.
final class SignedZone {
    private static final long TTL = 300;

    private final KeyPair keys = keys();
    private final DNSKEYRecord key;
    private final Instant signedAt;
    private final TreeMap<Name, List<Record>> names = new TreeMap<>(Comparator.naturalOrder());
    private final Set<String> forged = new HashSet<>();

    /// `zone` as for [ScriptedDns#zone]; signatures hold from an hour before `signedAt` to a day
    /// after.
    SignedZone(String zone, Instant signedAt) {
        this.signedAt = signedAt;
        try {
            key =
                    new DNSKEYRecord(
                            Name.root,
                            DClass.IN,
                            TTL,
                            257,
                            DNSKEYRecord.Protocol.DNSSEC,
                            Algorithm.ECDSAP256SHA256,
                            keys.getPublic());
        } catch (DNSSEC.DNSSECException e) {
            throw new IllegalStateException(e);
        }
        add(key);
        add(ScriptedDns.record(". 300 SOA ns. admin. 1 3600 600 86400 300"));
        add(ScriptedDns.record(". 300 NS ns."));
        ScriptedDns.records(zone).forEach(this::add);
    }

    /// The record of this name and type is not what was signed: `mx.example. A`.
    SignedZone forge(String nameAndType) {
        forged.add(nameAndType);
        return this;
    }

    byte[] anchor() {
        var ds = new DSRecord(Name.root, DClass.IN, TTL, DNSSEC.Digest.SHA256, key);
        return (ds + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private void add(Record record) {
        names.computeIfAbsent(record.getName(), _ -> new ArrayList<>()).add(record);
    }

    Message answer(Message query) {
        Message response = ScriptedDns.response(query);
        Name name = query.getQuestion().getName();
        int type = query.getQuestion().getType();
        for (int step = 0; step < 8; step++) {
            List<Record> found = at(name, type);
            List<Record> alias = at(name, Type.CNAME);
            if (!found.isEmpty() || alias.isEmpty()) {
                if (found.isEmpty()) deny(response, name);
                else put(response, Section.ANSWER, found);
                return response;
            }
            put(response, Section.ANSWER, alias);
            name = ((CNAMERecord) alias.getFirst()).getTarget();
        }
        return response;
    }

    private List<Record> at(Name name, int type) {
        return names.getOrDefault(name, List.of()).stream()
                .filter(record -> record.getType() == type)
                .toList();
    }

    private void put(Message response, int section, List<Record> records) {
        Record first = records.getFirst();
        boolean forge = forged.contains(first.getName() + " " + Type.string(first.getType()));
        // One record more than was signed.
        if (forge) response.addRecord(another(first), section);
        records.forEach(record -> response.addRecord(record, section));
        if (isSigned(first)) response.addRecord(signature(records), section);
    }

    private static Record another(Record record) {
        String value =
                switch (record.getType()) {
                    case Type.A -> "203.0.113.66";
                    case Type.MX -> "1 evil.example.";
                    case Type.TLSA -> "3 1 1 " + "66".repeat(32);
                    default -> throw new IllegalArgumentException(record.toString());
                };
        String type = Type.string(record.getType());
        return ScriptedDns.record(record.getName() + " " + TTL + " " + type + " " + value);
    }

    private boolean isSigned(Record record) {
        boolean delegation = record.getType() == Type.NS && !record.getName().equals(Name.root);
        return !delegation && cut(record.getName(), record.getType()).isEmpty();
    }

    /// The top of the unsigned zone that the name is in.
    private List<Name> cut(Name name, int type) {
        return names.keySet().stream()
                .filter(top -> !top.equals(Name.root) && name.subdomain(top))
                .filter(top -> !at(top, Type.NS).isEmpty())
                // What denies a DS record stands in the zone above.
                .filter(top -> !(name.equals(top) && (type == Type.NSEC || type == Type.DS)))
                .toList();
    }

    private void deny(Message response, Name name) {
        boolean exists = names.keySet().stream().anyMatch(each -> each.subdomain(name));
        boolean signed = cut(name, response.getQuestion().getType()).isEmpty();
        if (!exists) response.getHeader().setRcode(Rcode.NXDOMAIN);
        if (!signed) return;
        put(response, Section.AUTHORITY, at(Name.root, Type.SOA));
        var proofs = new TreeSet<Record>(Comparator.comparing(Record::getName));
        proofs.add(nsecFor(name));
        if (!exists) proofs.add(nsecFor(wildcard(name)));
        proofs.forEach(proof -> put(response, Section.AUTHORITY, List.of(proof)));
    }

    /// The one that would stand in for the name: below the closest name above it that exists.
    private Name wildcard(Name name) {
        Name above = new Name(name, 1);
        while (true) {
            Name candidate = above;
            if (names.keySet().stream().anyMatch(each -> each.subdomain(candidate))) break;
            above = new Name(above, 1);
        }
        return Name.fromConstantString("*." + (above.equals(Name.root) ? "" : above));
    }

    private NSECRecord nsecFor(Name name) {
        List<Name> signed =
                names.keySet().stream().filter(each -> cut(each, Type.NSEC).isEmpty()).toList();
        Name owner = signed.stream().filter(each -> each.compareTo(name) <= 0).toList().getLast();
        int next = (signed.indexOf(owner) + 1) % signed.size();
        int[] types =
                Stream.concat(
                                names.getOrDefault(owner, List.of()).stream().map(Record::getType),
                                Stream.of(Type.RRSIG, Type.NSEC))
                        .mapToInt(type -> type)
                        .distinct()
                        .sorted()
                        .toArray();
        return new NSECRecord(owner, DClass.IN, TTL, signed.get(next), types);
    }

    private RRSIGRecord signature(List<Record> records) {
        try {
            return DNSSEC.sign(
                    new RRset(records.toArray(Record[]::new)),
                    key,
                    keys.getPrivate(),
                    signedAt.minus(Duration.ofHours(1)),
                    signedAt.plus(Duration.ofDays(1)));
        } catch (DNSSEC.DNSSECException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
