"""The wall clock jumps, back and ahead, while the relay runs, for the relay alone."""

import re
import time

from clock import WallClock
from field import ALICE, BOB, FAY, SOON, FaultTest
from load import send_each
from loopback import await_that

HOUR = 3600
DAY = 24 * HOUR
LONG_LIFE = {**SOON, "expireAfter": "30d", "delayWarningAfter": "20d"}
CHECKED = {"tlsAuthLevel": "CertificateValidation", "retry": LONG_LIFE}


class Clock(FaultTest):
    def test_a_clock_set_back_holds_no_mail_up(self):
        self.set_clock(elsewhere={"retry": LONG_LIFE}, bank={"retry": LONG_LIFE})
        self.field.start_relay()
        self.field.bank.down()
        self.field.open.refusals["RCPT"] = "450 4.2.1 not now"
        send_each(self.book, self.relay.port, [[ALICE], [BOB]] * 20)
        self.relay.await_queued("bank", messages=20)
        self.await_failure_of("bank/smarthosts")
        self.jump(-7 * HOUR)
        send_each(self.book, self.relay.port, [[ALICE], [BOB]] * 20)
        self.field.open.refusals = {}
        self.field.open.hang_up()
        self.field.bank.up()
        self.await_delivered(seconds=20)
        # And over a restart.
        self.field.bank.down()
        send_each(self.book, self.relay.port, [[ALICE], [BOB]] * 20)
        self.relay.await_queued("bank", messages=20)
        self.relay.kill()
        self.jump(-3 * DAY)
        self.field.bank.up()
        self.field.start_relay()
        self.await_delivered(seconds=20)
        self.assertEqual([], self.book.notices)
        self.close_account("clock set back")

    def test_a_clock_set_ahead_expires_nothing_early(self):
        self.set_clock(elsewhere={"retry": LONG_LIFE}, bank=CHECKED)
        self.field.start_relay()
        self.field.open.down()
        send_each(self.book, self.relay.port, [[BOB], [FAY]] * 20)
        self.relay.await_queued("elsewhere", messages=40)
        # Certificates are judged by the wall clock: the partner's is valid for two days.
        self.jump(19 * DAY)
        send_each(self.book, self.relay.port, [[ALICE]] * 20)
        self.relay.await_tls_failures("bank")
        self.assertEqual([], self.book.copies_of("bank.example"))
        self.field.open.up()
        await_that("mail that waited goes out", lambda: len(self.book.copies_of("clinic.example")) == 20)
        self.jump(0)
        self.await_delivered(seconds=20)
        self.assertEqual([], self.book.notices)
        self.close_account("clock set ahead, and right again")

    def set_clock(self, **connectors):
        self.set_field(**connectors)
        self.clock = WallClock(self.field.folder)
        self.relay.environment |= self.clock.environment

    def jump(self, seconds):
        """From the right time to one that is `seconds` away."""
        self.clock.jump(seconds)
        if self.relay.process is not None:
            # Its log shows that the relay sees it.
            day = time.strftime("%Y-%m-%dT%H", time.gmtime(time.time() + seconds))
            send_each(self.book, self.relay.port, [[BOB]])
            await_that(f"the relay believes it is {day}", lambda: day in self.relay.log().splitlines()[-1])

    def await_failure_of(self, lane):
        self.relay.await_log(f"lane={re.escape(lane)}")
