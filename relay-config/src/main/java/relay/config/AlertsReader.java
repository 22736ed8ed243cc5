package relay.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import relay.config.SecretReader.Wanted;
import relay.core.alert.AlertOrders;
import relay.core.alert.AlertRules;
import relay.core.alert.Webhook;

/// Reads `alerts` of `relay.yaml`. No message here repeats the URL, whose path may be a secret.
record AlertsReader(Map<String, String> environment, Problems problems) {
    static final Duration AFTER = Duration.ofMinutes(5);
    static final AlertRules USUAL = new AlertRules(Duration.ofHours(1), 1000, Duration.ofDays(14));

    private static final String EXAMPLE = "webhook: https://alerts.example.net/relay";
    private static final Wanted URL = new Wanted("webhook", "webhook", "${RELAY_WEBHOOK}");
    private static final Wanted AUTHORIZATION =
            new Wanted("authorization", "webhook token", "${RELAY_WEBHOOK_AUTHORIZATION}");

    /// Empty where there is an error, which is reported.
    Optional<AlertOrders> read(Section alerts) {
        var secrets = new SecretReader(environment, problems);
        String authorization =
                secrets.has(alerts, AUTHORIZATION)
                        ? secrets.read(alerts, AUTHORIZATION).orElse("")
                        : "";
        var rules =
                new AlertRules(
                        duration(alerts, "queueAge", USUAL.queueAge()),
                        alerts.number("queueDepth")
                                .map(Integer::longValue)
                                .orElse(USUAL.queueDepth()),
                        duration(alerts, "certificateExpiry", USUAL.certificateExpiry()));
        Duration after = duration(alerts, "after", AFTER);
        return url(alerts, secrets)
                .map(url -> new AlertOrders(new Webhook(url, authorization), rules, after));
    }

    private static Duration duration(Section alerts, String key, Duration usual) {
        return alerts.parse(key, UnitText::duration).map(Located::value).orElse(usual);
    }

    /// A URL may stand in the file as it is: not all of them are secrets.
    private Optional<URI> url(Section alerts, SecretReader secrets) {
        Place place = alerts.keyPlace(URL.key()).orElse(alerts.place());
        Optional<String> written = alerts.text(URL.key()).map(Located::value);
        boolean secret = alerts.has(URL.fileKey()) || written.filter(this::isVariable).isPresent();
        Optional<String> text = secret ? secrets.read(alerts, URL) : written;
        if (text.isEmpty() && !secret) problems.error(alerts.place(), "no webhook", EXAMPLE);
        return text.flatMap(url -> parsed(url, place));
    }

    private boolean isVariable(String text) {
        return text.startsWith("${");
    }

    private Optional<URI> parsed(String text, Place place) {
        try {
            URI uri = new URI(text);
            if (uri.getHost() != null && uri.getUserInfo() == null && isAllowed(uri)) {
                return Optional.of(uri);
            }
        } catch (URISyntaxException _) {
            // Its message would repeat the URL.
        }
        problems.error(
                place,
                "the webhook is no URL of https, or of http on this machine",
                EXAMPLE + "; credentials go into authorizationFile");
        return Optional.empty();
    }

    private static boolean isAllowed(URI uri) {
        if ("https".equalsIgnoreCase(uri.getScheme())) return true;
        return "http".equalsIgnoreCase(uri.getScheme()) && isLoopback(uri.getHost());
    }

    private static boolean isLoopback(String host) {
        if (host.equalsIgnoreCase("localhost")) return true;
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
