"""What the relay's process survives and what signals do to it."""

import signal

from loopback import Client, await_that
from stage import ALICE, BOB, DAVE, TLS_OFF, OnOwnStage

# Makes the partner answer the end of the data only after a while, so that the relay is surely caught in between.
SLOW_ANSWER = {"smtpd_end_of_data_restrictions": "sleep 2"}


class KillDashNine(OnOwnStage):
    def test_mail_that_waits_is_delivered_once_after_the_restart(self):
        self.set_stage()
        self.partner.stop()
        sent = [self.submit(ALICE, BOB) for _ in range(10)]
        self.origin.await_empty_queue()
        self.relay.kill()
        self.stage.start_partner()
        self.relay.start()
        self.assert_one_copy(sent, [ALICE, BOB])

    def test_in_the_midst_of_deliveries_loses_nothing(self):
        self.set_stage(partner=SLOW_ANSWER)
        sent = [self.submit(ALICE) for _ in range(20)]
        await_that("the partner is handed a message", lambda: "DATA" in self.partner.heard())
        self.relay.kill()
        self.relay.start()
        for one in sent:
            # At least once: what the partner had in its hands when the relay died may come again.
            self.partner.await_letter(one, ALICE, seconds=60)


class SigTerm(OnOwnStage):
    def test_ends_with_status_0_though_mail_waits(self):
        self.set_stage(partner=TLS_OFF)
        self.submit(ALICE)
        self.relay.await_queued("bank")
        self.assertEqual(0, self.terminate())

    def test_lets_the_transaction_in_progress_finish(self):
        self.set_stage(partner=SLOW_ANSWER)
        sent = self.submit(ALICE)
        await_that("the partner is handed the message", lambda: "DATA" in self.partner.heard())
        self.assertEqual(0, self.terminate())
        self.relay.start()
        self.assert_one_copy([sent], [ALICE])
        self.assertEqual([], [line for line in self.partner.log().splitlines() if "lost connection" in line])

    def test_tells_a_client_in_session_421(self):
        self.set_stage()
        with Client(self.relay.port) as client:
            client.reply()
            client.say("EHLO client.example")
            self.relay.signal(signal.SIGTERM)
            self.assertRegex(client.reply(), r"^421 ")
            self.assertEqual("", client.reply())
        self.assertEqual(0, self.relay.await_exit())

    def terminate(self):
        self.relay.signal(signal.SIGTERM)
        return self.relay.await_exit()


class SigHup(OnOwnStage):
    def test_puts_a_changed_policy_into_force(self):
        self.set_stage(partner=TLS_OFF)
        before = self.submit(BOB)
        self.partner.await_letter(before, BOB)
        self.stage.internal["maxMessageSize"] = "1MiB"
        self.stage.elsewhere["requireTls"] = True
        self.stage.write_connectors()
        self.relay.signal(signal.SIGHUP)
        self.relay.await_log("configuration reloaded")
        self.assertIn("SIZE 1048576", self.greeting())
        self.submit(BOB, sender=DAVE)
        self.relay.await_tls_failures("elsewhere")
        self.assert_nothing_heard_from(DAVE)

    def test_with_a_broken_policy_tells_its_errors_and_keeps_the_old_one(self):
        self.set_stage(partner=TLS_OFF)
        self.stage.internal["maxMessageSize"] = "1MiB"
        self.stage.bank["requireTls"] = False
        self.stage.bank["reqireTls"] = True
        self.stage.write_connectors()
        self.relay.signal(signal.SIGHUP)
        self.relay.await_log(f"connectors.yaml:{self.line_of('reqireTls')}:")
        self.submit(ALICE, sender=DAVE)
        self.relay.await_tls_failures("bank")
        self.assert_nothing_heard_from(DAVE)
        self.assertNotIn("SIZE 1048576", self.greeting())

    def greeting(self):
        with Client(self.relay.port) as client:
            client.reply()
            return client.say("EHLO client.example")

    def line_of(self, key):
        lines = self.stage.connectors_file.read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if key in line)

    def assert_nothing_heard_from(self, sender):
        self.assertEqual([], [line for line in self.partner.envelopes() if sender in line])
