"""Mail of a connector whose hosts are down goes by the next one, with every demand of the first, and comes back."""

import json

from configuration import smart_host
from loopback import await_that, free_port
from postfix import Postfix
from stage import ALICE, BOB, RECIPIENTS, SOON, TLS_OFF, Stage, StageTest

FAILED_OVER = "relay_failed_over_messages_total"
AWAY = "backup/failover:bank:smarthosts"


class MailOfAConnectorWhoseHostsAreDown(StageTest):
    """`bank` goes to a Postfix that is not there until `start_first`, and may be left for `backup`, which goes to the
    partner. `bank` demands TLS, `backup` demands nothing."""

    def set_up(self, **partner):
        port = free_port()
        self.stage = Stage(bank={"smartHosts": smart_host(port), "failOver": True}, partner=partner)
        self.relay, self.partner = self.stage.relay, self.stage.partner
        self.first = Postfix("mx1.bank.example", self.stage.folder / "first", RECIPIENTS)
        self.first.port = port
        hosts = smart_host(self.partner.port)
        backup = {"name": "backup", "addressSpaces": ["bank.example;9"], "smartHosts": hosts, "retry": SOON}
        self.stage.more_connectors = [backup]
        self.stage.start()
        self.addCleanup(self.stage.stop)

    def start_first(self):
        self.addCleanup(self.first.stop)
        self.first.start(
            smtpd_tls_chain_files=self.stage.certificate, smtpd_tls_security_level="may",
            debug_peer_list="127.0.0.1", debug_peer_level="1",
        )  # fmt: skip

    def test_goes_by_the_next_over_tls_and_to_the_first_again_when_that_is_back(self):
        self.set_up()
        sent = self.submit(ALICE)
        self.partner.await_letter(sent, ALICE)
        self.assertIn("STARTTLS", self.partner.heard())
        self.assert_told_of_fail_over()

        self.start_first()
        await_that("the first connector's hosts are found again", lambda: not self.lanes("bank"))
        later = self.submit(ALICE)
        self.first.await_letter(later, ALICE)
        self.assertEqual([], self.partner.copies(later, ALICE))
        self.assertEqual([], self.first.copies(sent, ALICE))

    def test_waits_where_the_next_has_no_tls_and_says_nothing_in_clear(self):
        self.set_up(**TLS_OFF)
        sent = self.submit(ALICE)
        beside = self.submit(BOB)
        (unmet,) = self.relay.await_tls_failures("backup")
        self.assertEqual(["connector", "not-offered"], [unmet["demand"], unmet["reason"]])
        self.relay.await_log(r'unmet="encryption \(connector bank\): not-offered')
        self.partner.await_letter(beside, BOB)  # the partner is there, and takes what needs no TLS
        self.assert_nothing_said_of(ALICE)

        self.start_first()
        self.first.await_letter(sent, ALICE, seconds=60)
        self.assert_nothing_said_of(ALICE)
        causes = [record["cause"] for record in self.redirects()]
        self.assertEqual(["fail-over", "fail-back"], [causes[0], causes[-1]])
        self.relay.await_log("status=failed-back by=bank")

    # --- what is said of it

    def assert_told_of_fail_over(self):
        (moved,) = await_that("the log of mail has it", self.redirects)
        self.assertEqual(["bank", "backup", "fail-over"], [moved[key] for key in ("connector", "by", "cause")])
        self.assertEqual("connection", moved["reason"])
        (delivery,) = await_that("the delivery is in the log of mail", lambda: self.records("SEND"))
        self.assertEqual([AWAY, "encryption (connector bank)"], [delivery["lane"], self.demands(delivery)])
        self.relay.await_log("lane=bank/smarthosts status=failed-over by=backup reason=connection")
        metrics = self.relay.metrics()
        self.assertEqual([1, 0], [metrics.total(FAILED_OVER, connector=name) for name in ("bank", "backup")])

    @staticmethod
    def demands(delivery):
        return "; ".join(f"{demand['demand']} ({demand['source']})" for demand in delivery["tls"]["demands"])

    def redirects(self):
        return self.records("REDIRECT")

    def records(self, event):
        listed = self.relay.must_run("track", "--json", "--event", event, "--recipient", ALICE)
        return [json.loads(line) for line in listed.splitlines()]

    def lanes(self, connector):
        return [lane for lane in self.relay.must_list("queue", "list")["queues"] if lane["connector"] == connector]
