"""The disk of the data folder is full, and has room again."""

from field import ALICE, BOB, CHOICES, FaultTest
from load import Load, await_refusal, send_each
from loopback import await_that
from small_disk import SmallDisk

SPARE = 2 * 1024 * 1024


class FullDisk(FaultTest):
    def test_mail_is_refused_for_now_and_taken_again_without_a_restart(self):
        self.set_field()
        disk = self.set_disk(mebibytes=48)
        self.field.start_relay()
        self.partners_are_down()
        with Load(self.book, self.relay.port, CHOICES, large_every=10):
            await_that("some mail is acknowledged", lambda: len(self.book.acknowledged) > 20)
            disk.fill(SPARE)
            self.assertRegex(await_refusal(self.book), r"^4[35]\d 4\.3\.[01] ")
            self.await_ready(503)
            # Whichever comes first: the look at the disk, once a second, or a transaction that finds no room.
            self.relay.await_log("short of disk space|the queue cannot be written")
            refused = len(self.book.refusals)
            await_that("more of it is refused", lambda: len(self.book.refusals) > refused + 5)
            disk.free()
            self.await_ready(200)
            before = len(self.book.acknowledged)
            await_that("mail is acknowledged again", lambda: len(self.book.acknowledged) > before + 20)
        self.assertEqual([], [reply for reply in self.book.refusals if not reply.startswith("4")])
        self.partners_are_up()
        self.await_delivered()
        self.assertEqual(0, self.close_account("disk full").duplicated)

    def test_mail_of_before_leaves_while_the_disk_is_full(self):
        self.set_field()
        disk = self.set_disk(mebibytes=48)
        self.field.start_relay()
        self.partners_are_down()
        send_each(self.book, self.relay.port, [[ALICE], [BOB]] * 50)
        disk.fill()
        self.partners_are_up()
        await_that("everything acknowledged arrives", lambda: not self.book.missing(), 30)
        disk.free()
        self.await_ready(200)
        self.relay.await_empty_queue()
        self.assertEqual(0, self.close_account("disk full while delivering").duplicated)

    def test_a_start_on_a_full_disk_loses_nothing(self):
        self.set_field()
        disk = self.set_disk(mebibytes=48)
        self.field.start_relay()
        self.partners_are_down()
        send_each(self.book, self.relay.port, [[ALICE], [BOB]] * 20)
        self.relay.kill()
        disk.fill()
        done = self.relay.run("serve")
        self.assertEqual(1, done.returncode, done.stdout + done.stderr)
        self.assertIn(str(self.field.data), done.stderr)
        disk.free()
        self.partners_are_up()
        self.field.start_relay()
        self.await_delivered()
        self.close_account("start on a full disk")

    def set_disk(self, mebibytes):
        disk = SmallDisk(self.field.data, mebibytes)
        disk.mount()
        # Undone in the reverse order: the relay, which is stopped first, was begun before the disk was there.
        self.field.exits.callback(disk.unmount)
        self.field.exits.callback(self.field.stop_relay)
        return disk

    def partners_are_down(self):
        self.field.bank.down()
        self.field.open.down()

    def partners_are_up(self):
        self.field.bank.up()
        self.field.open.up()
