"""Tests side by side: each class with a stage of its own, or each test where every test has one, in a process of its own."""

import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

POLL_SECONDS = 0.1
STOP_SECONDS = 120


class Outcome(collections.namedtuple("Outcome", "passed failed table")):
    """What came of some tests. `table` are the lines that belong before the last one."""

    def __add__(self, other):
        return Outcome(*(mine + its for mine, its in zip(self, other)))


NOTHING = Outcome(0, 0, [])


def in_units(tests):
    """Lists of tests that belong into one process, and those that want the machine for themselves, whose class says `alone =
    True`. In the order of `tests`, but that classes which say `long = True` come first, so that no run ends with waiting for them."""
    units = collections.defaultdict(list)
    for test in tests:
        shares_stage = type(test).setUpClass.__func__ is not unittest.TestCase.setUpClass.__func__
        units[type(test) if shares_stage else test.id()].append(test)
    ordered = sorted(units.values(), key=lambda unit: not says("long", unit))
    return [unit for unit in ordered if not says("alone", unit)], [unit for unit in ordered if says("alone", unit)]


def says(word, unit):
    return getattr(unit[0], word, False)


class Workers:
    """Runs units side by side. What a unit prints comes out whole, when the unit has ended."""

    def __init__(self):
        self.running = {}

    def run(self, units, jobs):
        """What came of all of them, `jobs` at a time."""
        waiting = collections.deque(units)
        outcome = NOTHING
        while waiting or self.running:
            free = [number for number in range(jobs) if number not in self.running]
            if waiting and free:
                self.running[free[0]] = Worker(free[0], jobs, waiting.popleft())
                continue
            ended = [number for number, worker in self.running.items() if worker.has_ended()]
            if not ended:
                time.sleep(POLL_SECONDS)
            for number in ended:
                outcome += self.running.pop(number).outcome()
        return outcome

    def stop(self):
        """Interrupts what still runs, and has it put its participants away."""
        for worker in self.running.values():
            worker.process.terminate()
        for worker in self.running.values():
            worker.end_within(STOP_SECONDS)
            worker.outcome()


class Worker:
    """One unit under way. `number` of `jobs` gives it a range of ports that no other has at the same time."""

    def __init__(self, number, jobs, unit):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=""))
        self.folder.chmod(0o755)
        self.tests = [test.id() for test in unit]
        self.said = self.folder / "said"
        self.report = self.folder / "report"
        command = [sys.executable, sys.argv[0], "--worker", str(self.folder), f"{number}/{jobs}", *self.tests]
        with open(self.said, "wb") as output:
            # A session of its own: an interrupt reaches it through us, once.
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )

    def has_ended(self):
        return self.process.poll() is not None

    def end_within(self, seconds):
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def outcome(self):
        print(self.said.read_text(errors="replace"), end="", flush=True)
        if self.report.exists():
            return Outcome(*json.loads(self.report.read_text()))
        print(f"FAILED {', '.join(self.tests)}: the process ended with status {self.process.returncode}", flush=True)
        return Outcome(0, len(self.tests), [])
