"""A real Prometheus, with the alert rules as shipped: the alert that gets somebody out of bed, and its end."""

import re
import unittest

from loopback import await_that
from prometheus import RULES, Prometheus, hastened
from stage import ALICE, OnOwnStage

ALERT = "RelayPartnerTlsFails"


class TheAlert(OnOwnStage):
    long = True

    def test_fires_when_a_partners_tls_breaks_and_ends_when_it_is_repaired(self):
        self.set_stage(bank={"tlsAuthLevel": "DomainValidation", "tlsDomain": ["mx.bank.example"]})
        prometheus = Prometheus(self.stage.folder / "prometheus", self.relay.admin_port)
        self.addCleanup(prometheus.stop)
        prometheus.start()
        self.partner.await_letter(self.submit(ALICE), ALICE)
        prometheus.await_scrape()
        self.assertEqual({}, prometheus.firing())

        self.stage.restart_partner(smtpd_tls_chain_files=self.stage.authority.issue_expired("mx.bank.example"))
        waiting = self.submit(ALICE)
        await_that(f"{ALERT} fires", lambda: ALERT in prometheus.firing(), 60)
        alert = prometheus.firing()[ALERT]
        told = {name: alert[name] for name in ("connector", "demand", "reason", "severity")}
        self.assertEqual(
            {"connector": "bank", "demand": "connector", "reason": "expired", "severity": "page"}, told
        )
        self.assertIn("bank: TLS demanded by the connector is not met (expired)", alert["summary"])

        self.stage.restart_partner(smtpd_tls_chain_files=self.stage.authority.issue("mx.bank.example"))
        self.partner.await_letter(waiting, ALICE)
        await_that("no alert fires any more", lambda: prometheus.firing() == {}, 60)
        self.assertEqual({}, prometheus.troubled_rules())
        self.assertEqual(set(re.findall(r"alert: (\w+)", RULES.read_text())), prometheus.rules())


class TheHastenedRules(unittest.TestCase):
    def test_have_a_second_for_each_minute_and_are_else_as_shipped(self):
        shipped = "for: 5m\nincrease(a[15m]) > 0 and deriv(b[15m:1m])\nfor: 3h\nexpr: c > 3600 # 2m"
        wanted = "for: 5s\nincrease(a[15s]) > 0 and deriv(b[15s:1s])\nfor: 3m\nexpr: c > 3600 # 2m"
        self.assertEqual(wanted, hastened(shipped))
