"""What an administrator and a monitoring system see."""

import contextlib

from loopback import await_that, http_get
from stage import ALICE, BOB, TLS_OFF, OnOneStage

METRICS = {
    "relay_queue_messages": {"connector", "status"},
    "relay_queue_bytes": {"connector"},
    "relay_queue_oldest_message_age_seconds": {"connector"},
    "relay_domain_queue_messages": {"domain"},
    "relay_domain_oldest_message_age_seconds": {"domain"},
    "relay_received_messages_total": {"connector"},
    "relay_delivered_messages_total": {"connector", "tls"},
    "relay_deferred_total": {"connector", "reason"},
    "relay_tls_failures_total": {"connector", "demand", "reason"},
    "relay_bounced_messages_total": {"connector"},
    "relay_connections": {"direction"},
    "relay_delivery_seconds_bucket": {"le"},
    "relay_delivery_seconds_count": set(),
    "relay_delivery_seconds_sum": set(),
    "relay_certificate_expiry_seconds": {"certificate"},
}


class TheAdminPort(OnOneStage):
    options = {"partner": TLS_OFF}

    def test_has_every_metric_once_mail_was_delivered_deferred_and_bounced(self):
        self.submit(ALICE)
        delivered = self.submit(BOB)
        self.submit("nobody.here@open.example")
        self.partner.await_letter(delivered, BOB)
        self.relay.await_tls_failures("bank")
        with contextlib.suppress(AssertionError):  # the next line says it better
            await_that("all metrics are there", lambda: not self.missing(self.relay.metrics()))
        self.assertEqual({}, self.missing(self.relay.metrics()), "missing, or without these labels")

    @staticmethod
    def missing(metrics):
        there = {name: labels.keys() for name, labels, _ in metrics.samples}
        return {name: labels for name, labels in METRICS.items() if name not in there or not labels <= there[name]}

    def test_says_live_and_ready(self):
        self.assertEqual([200, 200], [http_get(self.relay.admin_port, path)[0] for path in ("/live", "/ready")])


class TheCommand(OnOneStage):
    def test_check_finds_nothing_wrong_with_this_configuration(self):
        self.assertEqual(0, self.relay.run("check").returncode)

    def test_explain_names_the_connector_and_the_line_that_says_so(self):
        said = self.relay.must_run("explain", ALICE)
        self.assertIn("bank", said)
        self.assertRegex(said, r"connectors\.yaml:\d+")

    def test_check_names_the_place_of_an_error_and_ends_with_status_1(self):
        intact = self.stage.connectors_file.read_text()
        self.addCleanup(self.stage.connectors_file.write_text, intact)
        self.stage.connectors_file.write_text(intact.replace("requireTls", "reqireTls", 1))
        line = intact[: intact.index("requireTls")].count("\n") + 1
        done = self.relay.run("check")
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stderr + done.stdout, rf"connectors\.yaml:{line}:\d+: .*reqireTls")
