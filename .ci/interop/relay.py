"""The product as a process, started by the repository's launcher."""

import json
import os
import pathlib
import re
import signal
import subprocess

from loopback import await_that, free_port, http_get
from metrics import Metrics

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

READY_SECONDS = 60
STOP_SECONDS = 30


class Relay:
    def __init__(self, folder):
        self.conf = folder / "conf"
        self.conf.mkdir(parents=True)
        self.port = free_port()
        self.admin_port = free_port()
        self.log_file = folder / "log"
        self.environment = {}
        self.process = None

    # --- the process

    def start(self):
        """Returns when the relay says, in its log and on /ready, that it is ready."""
        said_before = self.log().count("ready")
        self.spawn()
        await_that("the relay answers /ready with 200", self._answers_ready, READY_SECONDS)
        await_that("the relay's log says ready", lambda: self.log().count("ready") > said_before)

    def spawn(self):
        """Returns at once. `environment` is added to the process's own."""
        with open(self.log_file, "ab") as output:
            # A group of its own, so that an interrupted test run still stops it in the order it wants.
            self.process = subprocess.Popen(
                ["./relay", "serve", "--conf", str(self.conf)],
                cwd=REPOSITORY,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def stop(self):
        """SIGTERM; a relay that does not end in time, or not with status 0, is a failure."""
        if self.process is None:
            return
        self.process.terminate()
        status = self.await_exit()
        if status != 0:
            raise AssertionError(f"after SIGTERM the relay ended with status {status}")

    def await_exit(self):
        process, self.process = self.process, None
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise AssertionError(f"{STOP_SECONDS} s after SIGTERM the relay still ran; killed") from None

    def kill(self):
        """kill -9. The launcher ends in exec, so this is the program itself."""
        process, self.process = self.process, None
        process.kill()
        process.wait()

    def signal(self, number):
        self.process.send_signal(number)

    def _answers_ready(self):
        status = self.process.poll()
        if status is not None:
            self.process = None
            raise AssertionError(f"the relay ended with status {status} instead of becoming ready")
        return http_get(self.admin_port, "/ready")[0] == 200

    # --- what it says

    def run(self, *arguments):
        """A verb of the command; --conf is added."""
        command = ["./relay", *arguments, "--conf", str(self.conf)]
        return subprocess.run(
            command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )

    def must_run(self, *arguments):
        """The standard output of a verb that has to succeed."""
        done = self.run(*arguments)
        if done.returncode != 0:
            raise AssertionError(f"relay {' '.join(arguments)}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def must_list(self, *arguments):
        return json.loads(self.must_run(*arguments, "--json"))

    def metrics(self):
        status, text = http_get(self.admin_port, "/metrics")
        if status != 200:
            raise AssertionError(f"/metrics answered with status {status}")
        return Metrics(text)

    def queued(self, connector, **labels):
        return self.metrics().total("relay_queue_messages", connector=connector, **labels)

    def await_queued(self, connector, messages=1, **labels):
        what = f"{messages} messages wait at connector {connector} {labels or ''}"
        await_that(what, lambda: self.queued(connector, **labels) >= messages, 60)

    def await_empty_queue(self):
        await_that("the relay has nothing left to do", lambda: self.metrics().total("relay_queue_messages") == 0, 60)

    def await_tls_failures(self, connector, count=1):
        """The labels under which failed TLS demands of this connector are counted."""
        name = "relay_tls_failures_total"
        what = f"{name} at connector {connector} is at least {count}"
        await_that(what, lambda: self.metrics().total(name, connector=connector) >= count)
        return [labels for labels, value in self.metrics().all(name, connector=connector) if value >= 1]

    def await_log(self, pattern, since=0):
        """The log is written by a thread of its own: it says what happened a moment later. `since` is a length of it before."""
        await_that(f"the relay's log says {pattern}", lambda: re.search(pattern, self.log()[since:]))

    def log(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""
