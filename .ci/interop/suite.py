"""Runs tests of one folder: selects them by name, prints a line for each, and closes with "N passed, N failed"."""

import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import loopback
from relay import REPOSITORY
from workers import NOTHING, Outcome, Workers, in_units

BUILD_SECONDS = 600
LIMIT_SECONDS = 15 * 60
# Tests wait more than they compute.
JOBS = min(3, (os.cpu_count() or 1) + 1)


class Report(unittest.TestResult):
    """One line a test; after a failure the last lines of every participant's log, as the test has left them."""

    passed = 0

    @property
    def failed(self):
        return len(self.failures) + len(self.errors) + len(self.skipped) + len(self.unexpectedSuccesses)

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        print(f"ok     {test.id()} ({time.monotonic() - self.began:.1f} s)", flush=True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._tell(test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self._tell(test, self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            kept = self.failures if issubclass(err[0], test.failureException) else self.errors
            self._tell(subtest, kept[-1][1])

    @staticmethod
    def _tell(test, trace):
        print(f"FAILED {test.id()}\n{trace}", flush=True)
        if getattr(test, "stage", None) is not None:
            print(test.stage.last_lines(), flush=True)


def main(folder, description, tools, open_stages, table=()):
    """`description` is the help text, `tools` must be on the PATH, `open_stages` is the set of what an interrupted
    test leaves to stop, and `table` has the lines that the tests want before the last one. Returns the exit status."""
    arguments = parse_arguments(description)
    if arguments.worker:
        return work(*arguments.worker, arguments.name, open_stages, table)
    tests = find_tests(folder, arguments.name)
    if arguments.list:
        print("\n".join(test.id() for test in tests))
        return 0
    if not tests:
        print("no test has such a name", file=sys.stderr)
        return 1
    complain_about_missing_tools(tools)
    build_relay()
    return run_tests(tests, arguments.jobs, arguments.keep)


def parse_arguments(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print the names of the tests")
    parser.add_argument("--keep", action="store_true", help="leave the participants' folders")
    parser.add_argument("--jobs", type=positive, default=JOBS, metavar="N", help=f"run so many tests at a time ({JOBS})")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)  # how one process starts another, see workers.py
    parser.add_argument("name", nargs="*", help="a part of a test's name")
    return parser.parse_args()


def positive(text):
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is no number of tests")
    return int(text)


def find_tests(folder, names):
    loader = unittest.TestLoader()
    found = list(flat(loader.discover(str(folder))))
    if loader.errors:
        sys.exit("\n".join(loader.errors))
    return [test for test in found if not names or any(name in test.id() for name in names)]


def flat(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flat(item)
        else:
            yield item


def complain_about_missing_tools(tools):
    os.environ["PATH"] += ":/usr/sbin:/sbin"  # where Debian has Postfix
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        sys.exit(f"missing: {', '.join(missing)}; .ci/interop/install brings them")
    if os.geteuid() != 0:
        sys.exit("a private Postfix must be started as root")


def build_relay():
    """The launcher builds where that is needed; once here, so that no test waits for it."""
    done = subprocess.run(["./relay", "check"], cwd=REPOSITORY, stdin=subprocess.DEVNULL, timeout=BUILD_SECONDS)
    if done.returncode != 0:
        sys.exit(f"./relay check, with the configuration as shipped, ended with status {done.returncode}")


def run_tests(tests, jobs, keep):
    # Short, because Postfix's sockets lie below it and the path of a socket has little room.
    tempfile.tempdir = tempfile.mkdtemp(prefix="interop-", dir="/tmp")
    pathlib.Path(tempfile.tempdir).chmod(0o755)
    heed_signals()
    signal.alarm(LIMIT_SECONDS)
    workers = Workers()
    outcome = NOTHING
    try:
        together, alone = in_units(tests)
        outcome += workers.run(together, jobs)
        outcome += workers.run(alone, 1)
    except KeyboardInterrupt as reason:
        print(f"interrupted {reason}")
        outcome += Outcome(0, 1, [])
    finally:
        signal.alarm(0)
        workers.stop()
        put_away(keep)
    print("\n".join(["", *outcome.table, ""] if outcome.table else []), flush=True)
    print(f"{outcome.passed} passed, {outcome.failed} failed", flush=True)
    return 0 if outcome.failed == 0 and outcome.passed > 0 else 1


def work(folder, part, names, open_stages, table):
    """Runs the tests of these names below `folder` and leaves there what came of them."""
    tempfile.tempdir = folder
    loopback.use_ports(*map(int, part.split("/")))
    heed_signals()
    report = Report()
    interrupted = 0
    try:
        unittest.defaultTestLoader.loadTestsFromNames(names).run(report)
    except KeyboardInterrupt as reason:
        print(f"interrupted {reason}")
        interrupted = 1
    finally:
        close_stages(open_stages)
    outcome = Outcome(report.passed, report.failed + interrupted, list(table))
    (pathlib.Path(folder) / "report").write_text(json.dumps(outcome))
    return 0


def heed_signals():
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, interrupt)


def interrupt(number, _):
    reason = f"after {LIMIT_SECONDS} s" if number == signal.SIGALRM else "by a signal"
    raise KeyboardInterrupt(reason)


def close_stages(open_stages):
    """Stages that are still open belong to a test that was interrupted."""
    for stage in list(open_stages):
        print(stage.last_lines())
        try:
            stage.stop()
        except Exception as problem:  # the other stages must still be stopped
            print(problem)


def put_away(keep):
    if keep:
        print(f"kept: {tempfile.tempdir}")
    else:
        shutil.rmtree(tempfile.tempdir)
