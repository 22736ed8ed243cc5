"""The queue's files cut, with bits flipped, gone, and copied while the relay writes them."""

import random
import shutil
import sqlite3
import struct
import subprocess
import time

from book import Book
from field import ALICE, BOB, FAY, FaultTest, setting
from load import Load, send_each
from loopback import await_that, http_get
from relay import Relay

FLIPS = setting("FAULT_FLIPS", 6)
TABLES_BYTES = 64 * 1024
MESSAGES = 40
FRESH_SECONDS = 3  # longer than mail stays in fresh.log alone, which a backup of queue.db by sqlite3 lacks


class Damage(FaultTest):
    long = True

    def test_cut_or_missing_files_are_refused_and_good_ones_put_back_deliver_all(self):
        self.set_queue()
        queue, journal = self.queue, self.journal
        self.assert_refused("is gone", lambda: queue.unlink())
        self.assert_refused("is empty", lambda: queue.write_bytes(b""))
        self.assert_refused("queue.db cannot be read", lambda: cut(queue, queue.stat().st_size // 2 + 100))
        self.assert_refused("is damaged at byte", lambda: flip(journal, 40))
        self.assert_refused("is damaged at byte", lambda: flip(journal, journal.stat().st_size // 2))
        self.deliver()
        self.assertEqual(0, self.close_account("files cut, emptied, gone").duplicated)

    def test_flipped_bits_are_refused_or_keep_back_what_they_hit(self):
        self.set_queue()
        self.checkpoint()
        self.keep_files()
        refused = kept_back = 0
        random_place = random.Random(FLIPS)
        for number in range(FLIPS):
            self.put_files_back()
            # Every other one at the beginning, where the tables and the envelopes are; most of the rest is content.
            end = self.queue.stat().st_size if number % 2 else TABLES_BYTES
            flip(self.queue, random_place.randrange(100, end))
            self.book.copies.clear()
            if self.starts():
                kept_back += self.assert_intact_or_told()
            else:
                refused += 1
        self.put_files_back()
        self.book.copies.clear()
        self.deliver()
        self.close_account(f"{FLIPS} bits flipped, {refused} starts refused, {kept_back} letters kept back and told of")

    def test_fresh_mail_that_is_flipped_or_cut_is_refused_or_told_of(self):
        self.set_field()
        self.partners_are_down()
        self.fresh = self.field.data / "fresh.log"
        self.good = self.field.folder / "good"
        blocks = next(filter(lambda found: len(found) > 3, (self.crash_with_fresh_mail() for _ in range(5))), None)
        self.assertIsNotNone(blocks, "no crash came before the mail went on into queue.db")
        refused = given_up = 0
        random_place = random.Random(FLIPS)
        first, last = blocks[0], blocks[-1]
        places = [random_place.randrange(first, first + 100), random_place.randrange(last, last + 100)]
        places += [random_place.randrange(blocks[1], last) for _ in range(FLIPS - 4)]
        damages = [lambda place=place: flip(self.fresh, place) for place in places]
        damages += [lambda: cut(self.fresh, last + 40), self.fresh.unlink]
        for damage in damages:
            self.put_files_back()
            damage()
            self.book.copies.clear()
            log_size = len(self.relay.log())
            if not self.starts():
                refused += 1
                continue
            self.field.bank.up()
            self.field.open.up()
            await_that("what can be delivered is delivered", self.stands_still, 60)
            self.assertEqual([], self.book.damaged())
            if self.book.missing():
                given_up += 1
                self.relay.await_log("fresh.log .*(given up|is damaged)", since=log_size)
            self.relay.kill()
            self.partners_are_down()
        self.assertGreater(refused, 0)
        self.assertGreater(given_up, 0)
        self.put_files_back()
        self.book.copies.clear()
        self.deliver()
        self.close_account(f"fresh.log damaged: {refused} starts refused, {given_up} told what was given up")

    def crash_with_fresh_mail(self):
        """Where the blocks begin that the next start has to read."""
        self.field.start_relay()
        send_each(self.book, self.relay.port, [[ALICE]])  # what is slow the first time is done
        time.sleep(FRESH_SECONDS)
        send_each(self.book, self.relay.port, [[ALICE], [BOB], [FAY], [ALICE, BOB], [BOB]])
        self.relay.kill()
        self.keep_files()
        # In a copy, since SQLite tidies up behind whoever opens a file.
        connection = sqlite3.connect(self.good / "queue.db")
        [[epoch]] = connection.execute("SELECT value FROM meta WHERE name = 'epoch'")
        connection.close()
        self.keep_files()
        octets = self.fresh.read_bytes()
        head = b"RELAYLOG" + struct.pack(">q", epoch)
        return [at for at in range(0, len(octets), 512) if octets[at : at + 16] == head]

    def test_copies_made_under_load_are_consistent_or_refused(self):
        self.set_field()
        self.field.start_relay()
        self.partners_are_down()
        copies = [self.field.folder / f"copy{number}" for number in range(2)]
        with Load(self.book, self.relay.port, [[ALICE], [BOB]], rate=120, large_every=10):
            await_that("mail is acknowledged", lambda: len(self.book.acknowledged) > 50)
            old_enough = set(self.book.acknowledged)
            time.sleep(FRESH_SECONDS)
            by_sqlite = self.backup("by-sqlite")
            subprocess.run(["sqlite3", self.field.data / "queue.db", f".backup {by_sqlite}"], check=True, timeout=60)
            backed_up = set(self.book.acknowledged)
            by_relay = self.backup("by-relay")
            self.relay.must_run("queue", "backup", str(by_relay))
            for copy in copies:
                shutil.copytree(self.field.data, copy, ignore=shutil.ignore_patterns("*-shm"))
                time.sleep(0.3)
        self.relay.kill()
        books = [self.delivered_from(copy) for copy in copies]
        self.assertTrue(any(books), "no copy could be used")
        for book in filter(None, books):
            self.assertEqual([], book.damaged())
        self.assertEqual(set(), backed_up - self.letters_from(by_relay))
        self.assertEqual(set(), old_enough - self.letters_from(by_sqlite))
        self.field.bank.book = self.field.open.book = self.book
        self.field.bank.up()
        self.field.open.up()
        self.field.start_relay()
        self.await_delivered()
        used = sum(book is not None for book in books)
        account = self.close_account(f"copied while running: 2 backups, {used} of {len(copies)} plain copies used")
        self.assertEqual(0, account.duplicated)

    # --- the queue and its files

    def set_queue(self):
        """A relay that was killed with mail for partners that are down, and the files it has left."""
        self.set_field()
        self.field.start_relay()
        self.partners_are_down()
        send_each(self.book, self.relay.port, [[ALICE], [BOB], [FAY], [ALICE, BOB]] * (MESSAGES // 4))
        send_each(self.book, self.relay.port, [[ALICE], [BOB]], size=400_000)
        self.relay.kill()
        self.queue, self.journal = self.field.data / "queue.db", self.field.data / "queue.db-wal"
        self.checkpoint()
        self.field.start_relay()
        send_each(self.book, self.relay.port, [[ALICE], [BOB], [FAY]] * 5)
        self.relay.kill()
        self.good = self.field.folder / "good"
        self.keep_files()

    def partners_are_down(self):
        self.field.bank.down()
        self.field.open.down()

    def checkpoint(self):
        """Everything is in the one file."""
        connection = sqlite3.connect(self.queue)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def keep_files(self):
        shutil.rmtree(self.good, ignore_errors=True)
        shutil.copytree(self.field.data, self.good)

    def put_files_back(self):
        shutil.rmtree(self.field.data)
        shutil.copytree(self.good, self.field.data)

    def assert_refused(self, what, damage):
        self.put_files_back()
        damage()
        done = self.relay.run("serve")
        self.assertEqual(1, done.returncode, f"{what}: {done.stdout}{done.stderr}")
        self.assertIn(what, done.stderr)
        self.assertIn(str(self.field.data), done.stderr)
        self.assertIn("docs/queue.md", done.stderr)
        self.put_files_back()

    def deliver(self):
        self.field.bank.up()
        self.field.open.up()
        self.field.start_relay()
        self.await_delivered()

    # --- one flip

    def starts(self):
        """Whether the relay becomes ready; where it does not, it says what to do."""
        log_size = len(self.relay.log())
        self.relay.spawn()
        await_that("the relay is ready or has ended", self.is_ready_or_over, 60)
        if self.relay.process.poll() is None:
            return True
        self.assertEqual(1, self.relay.process.wait())
        self.relay.process = None
        self.assertIn("docs/queue.md", self.relay.log()[log_size:])
        return False

    def is_ready_or_over(self):
        return self.relay.process.poll() is not None or self.ready() == 200

    def assert_intact_or_told(self):
        """Whatever arrives is as it was sent; the relay still has the rest, and says so. How many those are."""
        self.field.bank.up()
        self.field.open.up()
        await_that("what can be delivered is delivered", self.stands_still, 60)
        missing = self.book.missing()
        if missing:
            self.relay.await_log("checksum|cannot be read")
        self.assertEqual([], self.book.damaged())
        self.relay.kill()
        self.partners_are_down()
        return len(missing)

    def stands_still(self):
        """Nothing more comes, though the lanes have rested a second and been attempted again."""
        before = len(self.book.copies)
        time.sleep(2)
        return before == len(self.book.copies) or not self.book.missing()

    # --- copies

    def backup(self, name):
        folder = self.field.folder / name
        folder.mkdir()
        return folder / "queue.db"

    def letters_from(self, backup):
        book = self.delivered_from(backup.parent)
        self.assertEqual([], book.damaged())
        return {copy.letter for copy in book.copies}

    def delivered_from(self, data):
        """The book of partners to which another relay has brought all it found in `data`, or None if it refused."""
        book = Book()
        self.field.bank.book = self.field.open.book = book
        self.partners_are_down()
        self.field.bank.up()
        self.field.open.up()
        other = Relay(self.field.folder / f"of-{data.name}")
        self.field.configure(other)
        machine = other.conf / "relay.yaml"
        machine.write_text(machine.read_text().replace("data: ../data", f"data: {data}"))
        self.field.exits.callback(other.stop)
        other.spawn()
        await_that(
            "the relay is ready or has ended",
            lambda: other.process.poll() is not None or http_get(other.admin_port, "/ready")[0] == 200,
            60,
        )
        if other.process.poll() is not None:
            other.process = None
            self.assertIn("docs/queue.md", other.log())
            return None
        other.await_empty_queue()
        other.kill()
        self.partners_are_down()
        return book


def cut(file, size):
    with open(file, "r+b") as stream:
        stream.truncate(size)


def flip(file, place):
    with open(file, "r+b") as stream:
        stream.seek(place)
        octet = stream.read(1)[0]
        stream.seek(place)
        stream.write(bytes([octet ^ 1 << place % 8]))
