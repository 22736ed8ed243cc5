package relay.server.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The sessions of a UTC day, by the domain that may want to hear of them and by policy. Bounded: a
/// policy beyond the limit is not counted, and of failures beyond theirs only the type is told apart.
/// Not thread-safe.
final class Tally {
    static final int MAX_POLICIES = 20_000;
    static final int MAX_FAILURES = 100;

    private final Map<Key, Sum> sums = new LinkedHashMap<>();

    private record Key(String domain, Policy policy) {}

    /// `type` is `sts`, `tlsa` or `no-policy-found`; `domain`, `strings` and `mxHosts` as in RFC 8460
    /// §4.4.
    record Policy(String type, String domain, List<String> strings, List<String> mxHosts) {
        Policy {
            strings = List.copyOf(strings);
            mxHosts = List.copyOf(mxHosts);
        }
    }

    /// `result` is a type of RFC 8460 §4.3, `reason` our own word for it.
    record Failure(String result, String mxHost, String ip, String reason) {}

    record Counted(Failure failure, long count) {}

    /// What is kept and reported.
    record Row(String domain, Policy policy, long successes, List<Counted> failures) {
        Row {
            failures = List.copyOf(failures);
        }
    }

    private static final class Sum {
        private long successes;
        private final Map<Failure, Long> failures = new LinkedHashMap<>();

        private void add(Failure failure, long count) {
            boolean known = failures.containsKey(failure) || failures.size() < MAX_FAILURES;
            Failure counted = known ? failure : new Failure(failure.result(), "", "", "");
            failures.merge(counted, count, Long::sum);
        }
    }

    static Tally of(List<Row> rows) {
        var tally = new Tally();
        for (Row row : rows) {
            Sum sum = tally.sum(row.domain(), row.policy());
            sum.successes += row.successes();
            row.failures().forEach(counted -> sum.add(counted.failure(), counted.count()));
        }
        return tally;
    }

    void success(String domain, Policy policy) {
        sum(domain, policy).successes++;
    }

    void failure(String domain, Policy policy, Failure failure) {
        sum(domain, policy).add(failure, 1);
    }

    private Sum sum(String domain, Policy policy) {
        var key = new Key(domain, policy);
        Sum known = sums.get(key);
        if (known != null) return known;
        var fresh = new Sum();
        if (sums.size() < MAX_POLICIES) sums.put(key, fresh);
        return fresh;
    }

    List<Row> rows() {
        var rows = new ArrayList<Row>();
        sums.forEach((key, sum) -> {
            var failures = new ArrayList<Counted>();
            sum.failures.forEach((failure, count) -> failures.add(new Counted(failure, count)));
            rows.add(new Row(key.domain(), key.policy(), sum.successes, failures));
        });
        return rows;
    }
}
