package relay.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import relay.core.routing.ErrorPolicy;
import relay.core.routing.ErrorPolicy.DnsFailure;
import relay.core.routing.ErrorPolicy.Meaning;
import relay.core.routing.ErrorPolicy.Said;
import relay.core.routing.ErrorPolicy.Unresolved;
import relay.core.smtp.EnhancedStatus;

/// Reads what the operator makes of the troubles of an entry of `sendConnectors`.
record ErrorPolicyReader(Section connector) {
    private static final Map<String, Meaning> MEANINGS =
            Map.of("transient", Meaning.TRANSIENT, "permanent", Meaning.PERMANENT);
    private static final Map<String, DnsFailure> DNS =
            Map.of(
                    "NXDOMAIN", DnsFailure.NO_DOMAIN,
                    "null MX", DnsFailure.NULL_MX,
                    "SERVFAIL", DnsFailure.NO_ANSWER,
                    "no address", DnsFailure.NO_ADDRESS);
    private static final Pattern REPLY =
            Pattern.compile("([45][0-5][0-9])(?: ([45]\\.[0-9]{1,3}\\.[0-9]{1,3}))?");

    /// The service closes the connection (RFC 5321 §3.8).
    private static final int CLOSING = 421;

    List<ErrorPolicy> read() {
        return connector.sections("errorPolicies").stream()
                .flatMap(policy -> read(policy).stream())
                .toList();
    }

    private Optional<ErrorPolicy> read(Section policy) {
        if (policy.has("reply") == policy.has("dns")) {
            policy.problems()
                    .error(
                            policy.place(),
                            "an error policy is about a reply or about the DNS",
                            "write one of `reply` and `dns`");
            return Optional.empty();
        }
        policy.keyPlace("words")
                .filter(_ -> !policy.has("reply"))
                .ifPresent(place ->
                        policy.problems()
                                .error(place, "`words` without `reply`", "the DNS has none"));
        Optional<ErrorPolicy.Cause> cause =
                policy.has("dns")
                        ? policy.word("dns", DNS).map(Located::value).map(Unresolved::new)
                        : said(policy);
        return policy.word("as", MEANINGS)
                .map(Located::value)
                .flatMap(meaning -> cause.map(found -> new ErrorPolicy(found, meaning)));
    }

    private static Optional<ErrorPolicy.Cause> said(Section policy) {
        String words = policy.text("words").map(Located::value).orElse("");
        return policy.parse("reply", ErrorPolicyReader::reply)
                .map(Located::value)
                .map(said -> new Said(said.code(), said.status(), words));
    }

    private static Parsed<Said> reply(String text) {
        Matcher matcher = REPLY.matcher(text);
        if (!matcher.matches()) {
            return Parsed.bad(
                    Quoted.of(text) + " is not a reply that refuses something",
                    "a code from 400 to 559, and perhaps an enhanced one: 550 or 550 5.7.1");
        }
        int code = Integer.parseInt(matcher.group(1));
        if (code == CLOSING) {
            return Parsed.bad("421 is about the connection, never about a message", "remove it");
        }
        String status = matcher.group(2);
        if (status == null) return Parsed.good(new Said(code, List.of(), ""));
        if (status.charAt(0) != text.charAt(0)) {
            return Parsed.bad(
                    Quoted.of(text) + " contradicts itself",
                    "a " + text.charAt(0) + "yz reply has a status " + text.charAt(0) + ".x.y");
        }
        return Parsed.good(new Said(code, EnhancedStatus.atStartOf(status).stream().toList(), ""));
    }
}
