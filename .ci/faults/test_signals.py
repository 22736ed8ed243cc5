"""Storms of signals under load, and a second relay that wants the same queue."""

import os
import signal
import time

from field import ALICE, BOB, CHOICES, FAY, FaultTest, setting
from load import Load, send_each
from loopback import await_that
from relay import Relay

STORMS = setting("FAULT_STORMS", 4)
SIGNALS = 8


class Storms(FaultTest):
    def test_many_sigterms_end_it_in_good_order_every_time(self):
        self.set_field()
        with Load(self.book, self.relay.port, CHOICES):
            for _ in range(STORMS):
                self.field.start_relay()
                before = len(self.book.acknowledged)
                await_that("mail is acknowledged", lambda: len(self.book.acknowledged) > before + 20)
                for _ in range(SIGNALS):
                    self.relay.signal(signal.SIGTERM)
                    time.sleep(0.02)
                self.assertEqual(0, self.relay.await_exit())
        self.field.start_relay()
        self.await_delivered()
        self.assertEqual(0, self.close_account("SIGTERM storm").duplicated)

    def test_many_sighups_with_good_and_bad_files_change_nothing_else(self):
        self.set_field()
        self.field.start_relay()
        good = self.field.relay.conf / "connectors.yaml"
        text = good.read_text()
        with Load(self.book, self.relay.port, CHOICES):
            for number in range(STORMS * 20):
                self.replace(good, self.variant(text, number))
                self.relay.signal(signal.SIGHUP)
                time.sleep(0.05)
            self.replace(good, text)
            self.relay.signal(signal.SIGHUP)
            before = len(self.book.acknowledged)
            await_that("mail is acknowledged", lambda: len(self.book.acknowledged) > before + 50)
        self.relay.await_log("configuration reloaded")
        self.relay.await_log("not reloaded")
        self.await_delivered()
        self.assertEqual(0, self.close_account("SIGHUP storm").duplicated)

    @staticmethod
    def variant(text, number):
        """Good, good with another floor, or broken in a way that would lower what is demanded."""
        match number % 3:
            case 0:
                return text
            case 1:
                return text + '\n  - domain: "partner.example"\n    requireTls: true\n'
            case _:
                return text.replace("requireTls: true", "requireTls: no")

    @staticmethod
    def replace(file, text):
        fresh = file.with_suffix(".fresh")
        fresh.write_text(text)
        os.replace(fresh, file)


class SecondInstance(FaultTest):
    def test_is_refused_and_the_first_goes_on(self):
        self.set_field()
        self.field.start_relay()
        second = Relay(self.field.folder / "second")
        self.field.configure(second)
        machine = second.conf / "relay.yaml"
        machine.write_text(machine.read_text().replace("data: ../data", f"data: {self.field.data}"))
        with Load(self.book, self.relay.port, CHOICES):
            done = second.run("serve")
        self.assertEqual(1, done.returncode, done.stdout + done.stderr)
        self.assertRegex(done.stderr, "in use by another relay")
        self.assertIn(str(self.field.data), done.stderr)
        send_each(self.book, self.relay.port, [[ALICE], [BOB], [FAY]])
        self.await_delivered()
        self.assertEqual(0, self.close_account("second instance").duplicated)
