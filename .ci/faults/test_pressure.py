"""The relay runs short of memory, or its disk is slow: clients are slowed down, then told to come back, and nothing is lost."""

import pathlib

from field import CHOICES, FaultTest
from load import Load, await_refusal
from loopback import await_that
from shim import Shim

# Two thirds of it are the old generation, of which the relay by itself takes some 20 MiB, and half counts as all.
SMALL_HEAP = "-Xmx128m -XX:+ExitOnOutOfMemoryError"
MEMORY = "limits: { maxHeapPercent: 50 }\n"
LARGE = 200_000
COMMIT = "limits: { maxCommitTime: 2s }\n"
# A message that just misses one sync waits for two.
SLOW_MILLISECONDS, HANGING_MILLISECONDS = 900, 60_000


class ShortOfMemory(FaultTest):
    def test_large_messages_from_many_clients_are_refused_for_now_and_taken_again(self):
        self.set_field(machine=MEMORY)
        self.relay.environment["RELAY_JAVA_OPTIONS"] += " " + SMALL_HEAP
        self.field.start_relay()
        self.field.bank.down()
        self.field.open.down()
        with Load(self.book, self.relay.port, CHOICES, clients=20, rate=200, size=LARGE):
            self.assertRegex(await_refusal(self.book, 60), r"^452 4\.3\.1 Short of memory")
            self.field.bank.up()
            self.field.open.up()
            await_that("mail is taken at full speed again", lambda: "back pressure ends" in self.relay.log(), 60)
            before = len(self.book.acknowledged)
            await_that("mail is acknowledged again", lambda: len(self.book.acknowledged) > before + 20)
        self.assert_refused_for_now()
        self.await_delivered()
        self.assertNotIn("OutOfMemoryError", self.relay.log())
        self.assertEqual(0, self.close_account("short of memory").duplicated)

    def assert_refused_for_now(self):
        self.assertEqual([], [reply for reply in self.book.refusals if not reply.startswith("452 4.3.1 ")])


class SlowDisk(FaultTest):
    def test_mail_is_slowed_down_then_refused_and_taken_again_when_the_disk_is_itself(self):
        self.set_field(machine=COMMIT)
        disk = Shim(self.field.folder, pathlib.Path(__file__).with_name("slow_disk.c"), "FAULT_SYNC")
        self.addCleanup(disk.set, 0)
        self.relay.environment |= disk.environment
        self.field.start_relay()
        with Load(self.book, self.relay.port, CHOICES):
            self.await_acknowledged(20)
            disk.set(SLOW_MILLISECONDS)
            self.relay.await_log("short of disk speed: clients are slowed")
            disk.set(HANGING_MILLISECONDS)
            self.assertRegex(await_refusal(self.book), r"^452 4\.3\.1 Short of disk speed")
            disk.set(0)
            self.relay.await_log("back pressure ends")
            self.await_acknowledged(20)
        self.assertEqual([], [reply for reply in self.book.refusals if not reply.startswith("452 4.3.1 ")])
        self.await_delivered()
        self.assertEqual(0, self.close_account("slow disk").duplicated)

    def await_acknowledged(self, more):
        before = len(self.book.acknowledged)
        await_that("mail is acknowledged", lambda: len(self.book.acknowledged) > before + more)
