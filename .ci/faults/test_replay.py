"""`relay queue replay` of some hundreds of files, while the relay is killed, and again until all are taken."""

import collections
import subprocess

from book import NUMBER
from field import ALICE, BOB, FAY, FaultTest, setting
from load import send_each
from loopback import await_that
from relay import REPOSITORY

FILES = setting("FAULT_FILES", 300)
KILLS = 2


class Replays(FaultTest):
    def test_a_replay_that_kills_cut_off_loses_nothing_and_repeats_one_file_at_most_each_time(self):
        self.set_field()
        self.export()
        doubtful = set()
        for number in range(KILLS):
            doubtful |= self.replay_and_kill(FILES * (number + 1) // (KILLS + 1))
            self.field.start_relay()
        self.assertEqual(0, self.spawn_replay().wait(120), self.said())
        self.assertEqual([], self.waiting())
        for sink in (self.field.bank, self.field.open):
            sink.up()
        self.await_delivered()
        self.assertLessEqual(self.twice(), doubtful, "twice, and not under way when the relay was killed")
        self.close_account(f"replay of {FILES} files, killed {KILLS} times", explained=doubtful)

    def export(self):
        """Mail that was acknowledged and is in files alone: its partners are down, and it is removed from the queue."""
        for sink in (self.field.bank, self.field.open):
            sink.down()
        self.field.start_relay()
        send_each(self.book, self.relay.port, [[(ALICE, BOB, FAY)[number % 3]] for number in range(FILES)])
        self.files = self.field.folder / "export"
        self.files.mkdir()
        self.relay.must_run("queue", "export", "--all", "--to", str(self.files))
        self.assertEqual(FILES, len(self.waiting()))
        self.relay.must_run("queue", "remove", "--all", "--no-notice")
        self.relay.await_empty_queue()

    def waiting(self):
        return sorted(self.files.glob("*.eml"))

    def replay_and_kill(self, taken):
        """Kills the relay when `taken` files are: which letters were under way then."""
        replay = self.spawn_replay()
        await_that(f"{taken} files are taken", lambda: len(list(self.files.glob("*.replayed"))) >= taken, 60)
        self.relay.kill()
        self.assertEqual(1, replay.wait(120), self.said())
        # One after the other: what it complains of first was under way, and nothing behind it was begun.
        first = self.said().partition(".eml")[0].rpartition("/")[2]
        return {int(NUMBER.search((self.files / f"{first}.eml").read_bytes())[1])}

    def spawn_replay(self):
        command = ["./relay", "queue", "replay", "--conf", str(self.relay.conf), *map(str, self.waiting())]
        with open(self.field.folder / "said", "w") as errors:
            return subprocess.Popen(
                command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors
            )

    def said(self):
        return (self.field.folder / "said").read_text()

    def twice(self):
        counted = collections.Counter(copy.number for copy in self.book.copies)
        return {number for number, copies in counted.items() if copies > 1}
