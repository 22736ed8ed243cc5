package relay.server.telemetry;

/// The relay's own metrics by the names in the exposition, each with its help text.
/// docs/monitoring.md explains every one of them; a test compares the two.
enum MeterNames {
    QUEUE_MESSAGES("relay_queue_messages", "Messages in the queue"),
    QUEUE_BYTES("relay_queue_bytes", "Bytes of the messages in the queue"),
    QUEUE_OLDEST(
            "relay_queue_oldest_message_age_seconds",
            "Age of the oldest message that waits for delivery; 0 where none does"),
    QUEUE_READING_AGE(
            "relay_queue_reading_age_seconds",
            "Age of the numbers about the queue; it grows while the queue does not answer"),
    DOMAIN_MESSAGES(
            "relay_domain_queue_messages",
            "Messages in the queue by recipient domain: each domains entry and the longest 20"),
    DOMAIN_OLDEST(
            "relay_domain_oldest_message_age_seconds",
            "Age of the oldest message for the recipient domain; 0 where none waits"),
    RECEIVED("relay_received_messages_total", "Messages taken from clients and stored"),
    REFUSED("relay_refused_messages_total", "Messages refused at their end of data"),
    REJECTED("relay_rejected_connections_total", "Clients turned away before they could speak"),
    HIDDEN(
            "relay_gateways_hiding_clients_total",
            "Gateways from whose address clients under several names came"),
    LIMITED("relay_refused_total", "Clients that came up against a limit or a check, by which"),
    DELIVERED("relay_delivered_messages_total", "Messages that a next hop took charge of"),
    DEFERRED("relay_deferred_total", "Attempts that did not deliver, and failures of a next hop"),
    TLS_FAILURES("relay_tls_failures_total", "TLS demands that a host did not meet"),
    STS_POLICIES("relay_mta_sts_policies", "MTA-STS policies of partners that are kept"),
    STS_FETCHES("relay_mta_sts_fetch_total", "MTA-STS policies asked for, by what came of it"),
    STS_TESTS(
            "relay_mta_sts_testing_failures_total",
            "Connections that did not meet an MTA-STS policy in mode testing, which keeps nothing back"),
    PLAINTEXT_FALLBACKS(
            "relay_plaintext_fallbacks_total",
            "Connections made in clear because TLS was not to be had and nothing demanded it"),
    TLS_DOWNGRADES(
            "relay_tls_downgrades_total", "Connections without TLS to hosts that had it before"),
    PROBE_REACHABLE("relay_probe_reachable", "1 where a host of the partner answered, else 0"),
    PROBE_TLS("relay_probe_tls_offered", "1 where every host that answered came to TLS, else 0"),
    PROBE_POLICY(
            "relay_probe_policy_met",
            "1 where every host that answered meets our TLS policy, and one does, else 0"),
    PROBE_CERTIFICATE(
            "relay_probe_certificate_expiry_seconds",
            "Seconds until the first of the partner's certificates is no longer valid"),
    PROBE_AGE("relay_probe_age_seconds", "Age of what the probe of the partner showed"),
    BOUNCED("relay_bounced_messages_total", "Messages that ended undelivered"),
    POISON(
            "relay_poison_messages_total",
            "Messages held because the relay failed over them; the queue has them with reason poison"),
    FAILED_OVER(
            "relay_failed_over_messages_total",
            "Messages that went on by another connector because no host of theirs could be reached"),
    CONNECTIONS("relay_connections", "Open SMTP connections"),
    DELIVERY("relay_delivery_seconds", "Time from acceptance to delivery"),
    CERTIFICATE_EXPIRY(
            "relay_certificate_expiry_seconds", "Seconds until the certificate is no longer valid"),
    EXCEPTION_EXPIRY(
            "relay_legacy_exception_expiry_seconds",
            "Seconds until the legacy exception of the entry ends"),
    FAULTS(
            "relay_faults_total",
            "Troubles of the relay itself; the log has them with status=fault"),
    DNSSEC(
            "relay_dnssec_validates",
            "1 while DNSSEC vouches for answers, so that DANE holds, else 0"),
    TRACKING_LOST(
            "relay_tracking_lost_records_total",
            "Records of the message tracking log that could not be written"),
    PRESSURE(
            "relay_back_pressure",
            "0 while mail is taken at full speed, 1 while clients are slowed down, 2 while refused"),
    READY("relay_ready", "1 while mail can be accepted and stored, else 0");

    private final String exposed;
    private final String help;

    MeterNames(String exposed, String help) {
        this.exposed = exposed;
        this.help = help;
    }

    String exposed() {
        return exposed;
    }

    String help() {
        return help;
    }

    /// As Micrometer wants a counter: the exposition adds the suffix.
    String counter() {
        return exposed.substring(0, exposed.length() - "_total".length());
    }
}
